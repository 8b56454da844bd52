import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const source = fileURLToPath(new URL('../src/', import.meta.url));

/** All modules that `entry` needs at run time: ours by path, others by name. */
async function needs(entry: string, found = new Set<string>()): Promise<Set<string>> {
  if (found.has(entry)) return found;
  found.add(entry);
  const text = await readFile(entry, 'utf8');
  for (const [, name = ''] of text.matchAll(
    /^(?:import|export) (?!type )[^;]*?from '([^']+)'/gms,
  )) {
    if (name.startsWith('.')) await needs(resolve(dirname(entry), name), found);
    else found.add(name);
  }
  return found;
}

const nodeOnly = ['@libp2p/tcp', '@libp2p/mdns'];
const isNodeOnly = (name: string) => name.startsWith('node:') || nodeOnly.includes(name);

describe('the part that a browser shares', () => {
  it('needs nothing of Node', async () => {
    const modules = [...(await needs(`${source}mesh.ts`))];
    expect(modules.filter(isNodeOnly)).toEqual([]);
    expect(modules).toContain('@libp2p/gossipsub');
  });

  it('is told from the part that does', async () => {
    const modules = [...(await needs(`${source}index.ts`))];
    const networks = ['node:net', 'node:os'];
    expect(modules.filter(isNodeOnly).toSorted()).toEqual([...nodeOnly, ...networks].toSorted());
  });
});
