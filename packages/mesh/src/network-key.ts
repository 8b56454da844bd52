/**
 * The network key keeps a mesh to itself: below Noise every connection is encrypted with a key
 * that only members have (libp2p's private networks). That layer has no check of its own, so two
 * sides with different keys would feed noise to each other until a timeout. Hence both sides first
 * send 16 known bytes through it: a wrong key is known after one round trip, and on both sides.
 */
import { BzzzError, bytesToHex, type MeshName, utf8 } from '@bzzz/protocol';
import type { AbortOptions, ConnectionProtector, MessageStream } from '@libp2p/interface';
import { preSharedKey } from '@libp2p/pnet';
import { byteStream } from '@libp2p/utils';
import type { Trouble } from './interface.ts';

/** What each side sends first through the encrypted connection; 16 bytes. */
const greeting = utf8('bzzz key check 1');
const HANDSHAKE_MS = 5_000;
/** Addresses of which it is remembered which key they did not take. */
const addressesMax = 1_024;

/**
 * The key of libp2p's private network: SHA-256 over the mesh's name and key. The name is part of
 * it, so that peers of two meshes never connect; without a key the name alone does that.
 */
export async function networkKey(name: MeshName, key: string | undefined): Promise<string> {
  const digest = await crypto.subtle.digest(
    'SHA-256',
    copy(`bzzz/network/1\n${name}\n${key ?? ''}`),
  );
  return bytesToHex(new Uint8Array(digest));
}

/**
 * Encrypts with the network key, and tells `report` of the others who have another.
 *
 * `keys`: the one in force first, then those before it. Whoever listens goes by the first alone; whoever dials
 * tries one after the other with each address, since the other side may have been away when the key changed.
 */
export function protector(
  keys: () => Promise<readonly string[]>,
  report: (trouble: Trouble) => void,
): () => ConnectionProtector {
  /** Which key is tried next, by address. */
  const turns = new Map<string, number>();

  function missed(address: string, turn: number): void {
    turns.delete(address);
    turns.set(address, turn + 1);
    const [oldest] = turns.keys();
    if (turns.size > addressesMax && oldest !== undefined) turns.delete(oldest);
  }

  return () => ({
    async protect(connection: MessageStream, options?: AbortOptions): Promise<MessageStream> {
      const signal = limited(options?.signal);
      const address = addressOf(connection);
      const all = await keys();
      const isDialled = connection.direction === 'outbound' && address !== undefined;
      const turn = isDialled ? (turns.get(address) ?? 0) : 0;
      const keyHex = all[turn % all.length] ?? '';
      const psk = utf8(`/key/swarm/psk/1.0.0/\n/base16/\n${keyHex}`);
      const encrypted = await preSharedKey({ psk })().protect(connection, { signal });
      const bytes = byteStream(encrypted);
      await bytes.write(greeting, { signal });
      const heard = (await bytes.read({ bytes: greeting.byteLength, signal })).subarray();
      if (same(heard, greeting)) return bytes.unwrap();
      if (isDialled) missed(address, turn);
      const reason = `${address ?? 'somebody'} has another network key or mesh name`;
      // While keys change a member may come with the one before: who dials finds out with the last of them.
      const isLast = isDialled ? turn % all.length === all.length - 1 : all.length === 1;
      if (isLast) report({ code: 'mesh_wrong_key', reason, address });
      // Closed in order, not reset: the other side is to read our greeting and to know it too.
      await encrypted.close({ signal });
      throw new BzzzError('mesh_wrong_key', reason);
    },
  });
}

function limited(signal: AbortSignal | undefined): AbortSignal {
  const timeout = AbortSignal.timeout(HANDSHAKE_MS);
  return signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
}

/** The type of the port hides it, but what libp2p protects is a connection with an address. */
function addressOf(connection: MessageStream): string | undefined {
  if (!('remoteAddr' in connection)) return undefined;
  return String(connection.remoteAddr);
}

function same(left: Uint8Array, right: Uint8Array): boolean {
  return left.byteLength === right.byteLength && left.every((byte, at) => byte === right[at]);
}

/** Web Crypto's types ask for a buffer that is not shared. */
function copy(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(utf8(text));
}
