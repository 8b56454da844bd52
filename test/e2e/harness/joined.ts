/** What `bzzz join` left for the peer that is to start from it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const Joined = z.object({ mesh: z.object({ bootstrap: z.array(z.string()).min(1) }) });

/** Of others, as `bzzz join` wrote them into the configuration. */
export async function addressesIn(folder: string): Promise<readonly string[]> {
  const text = await readFile(join(folder, 'bzzz.yml'), 'utf8');
  return Joined.parse(parse(text)).mesh.bootstrap;
}
