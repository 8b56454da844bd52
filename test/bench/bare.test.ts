/** What stands beside ours as bare loads nothing of ours: it would be in the memory and the start that are compared. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const imported = /^(?:import|export) (?!type )[^;]*?from '([^']+)'|^import '([^']+)'/gm;

/** Packages that a file loads, by itself or by files that it loads. */
function loadedBy(file: URL, seen = new Set<string>()): string[] {
  if (seen.has(file.href)) return [];
  seen.add(file.href);
  const names = [...readFileSync(file, 'utf8').matchAll(imported)].map(([, a, b]) => a ?? b ?? '');
  return names.flatMap((name) =>
    name.startsWith('.') ? loadedBy(new URL(name, file), seen) : [name],
  );
}

it.each(['bare-peer.ts', 'idle-bare.ts'])('%s loads nothing of ours', (name) => {
  const loaded = loadedBy(new URL(`subjects/${name}`, import.meta.url));
  expect(loaded).toContain('libp2p');
  expect(loaded.filter((one) => one.startsWith('@bzzz/'))).toEqual([]);
});

it('what loads ours is seen', () => {
  const loaded = loadedBy(new URL('subjects/idle-mesh.ts', import.meta.url));
  expect(loaded).toContain('@bzzz/mesh');
});
