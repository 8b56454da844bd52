/** The token of whoever runs the peer, in a file of its own: who can read it may do everything. */
import { join } from 'node:path';
import { createSecretFile, readSecretFile } from '@bzzz/peer';
import { newToken } from './token.ts';

export function adminTokenFile(dataDir: string): string {
  return join(dataDir, 'gateway-token');
}

/**
 * Made when there is none. Deleting the file ends every session and link that came from it.
 * Throws `peer_key_unsafe`, `peer_folder_unusable`.
 */
export async function adminToken(dataDir: string): Promise<string> {
  const file = adminTokenFile(dataDir);
  const known = await readSecretFile(file);
  if (known !== null) return known;
  const token = newToken();
  if (await createSecretFile(file, token)) return token;
  return adminToken(dataDir);
}
