import { randomBytes } from 'node:crypto';
import type { Identity } from '@bzzz/mesh';
import { BzzzError, bytesToHex, type Config, hexToBytes } from '@bzzz/protocol';
import { readFormerJournals } from './former-journals.ts';
import type { Layout } from './layout.ts';
import { createSecretFile, readSecretFile } from './secret-file.ts';

/** Both keys are 32 bytes, kept as one line of hex. */
const hexKey = /^[0-9a-f]{64}$/;

/**
 * The peer's identity from its key file, which is made when missing.
 * Throws `peer_key_unsafe`, `peer_key_invalid`, `peer_folder_unusable`, and `restore_unfinished` where the folder is one of
 * a peer whose identity did not come back: another one in its place would keep the right one out.
 */
export async function openIdentity(layout: Layout): Promise<Identity> {
  const { identityKey: file, formerJournals } = layout;
  const { createIdentity, loadIdentity } = await import('@bzzz/mesh');
  const stored = await readSecretFile(file);
  if (stored !== null) return loadIdentity(hexToBytes(checked(file, stored)));
  if ((await readFormerJournals(layout)).length > 0) {
    throw new BzzzError('restore_unfinished', `${formerJournals} is there, and no ${file}`);
  }
  const made = await createIdentity();
  if (await createSecretFile(file, bytesToHex(made.seed))) return made;
  const theirs = await readSecretFile(file);
  return loadIdentity(hexToBytes(checked(file, theirs ?? '')));
}

/**
 * The network key: as configured, or that of the data folder, which is made when missing, so that
 * a mesh is private unless its key is handed on. Throws like `openIdentity`.
 */
export async function openMeshKey(
  mesh: Pick<Config['mesh'], 'key' | 'keyFile'>,
  layout: Layout,
): Promise<string> {
  if (mesh.key !== undefined) return mesh.key;
  const file = mesh.keyFile ?? layout.meshKey;
  const stored = await readSecretFile(file);
  if (stored !== null) return checked(file, stored);
  if (mesh.keyFile !== undefined) {
    throw new BzzzError('config_invalid', `mesh.keyFile: there is no file ${file}`);
  }
  const made = randomBytes(32).toString('hex');
  if (await createSecretFile(file, made)) return made;
  return checked(file, (await readSecretFile(file)) ?? '');
}

function checked(file: string, text: string): string {
  if (hexKey.test(text)) return text;
  throw new BzzzError('peer_key_invalid', `${file} does not hold 64 hex digits`);
}
