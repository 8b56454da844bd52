/**
 * Keeps a member at the network key that the list of members names. A new key goes from member to member, over
 * connections that stand: those stay, and only new ones need it. Who was away meanwhile is dialled with the key
 * before, which everybody keeps for that.
 */
import {
  type BzzzError,
  isBzzzError,
  NetworkKey,
  networkKeyHash,
  networkKeyProtocol,
  type PeerId,
} from '@bzzz/protocol';
import type { Clock, Mesh } from '../ports/index.ts';
import type { Admission } from './admission.ts';

/** What a peer holds of its mesh's keys. */
export interface NetworkKeys {
  /** 1: the key that the mesh was made with. */
  serial(): number;
  /** 64 hex digits. */
  current(): string;
  /** In force from now on; the one before is kept. On disk when it resolves. Throws `config_invalid`. */
  take(serial: number, key: string): Promise<void>;
}

export interface KeepKeyDeps {
  readonly clock: Clock;
  readonly mesh: Pick<Mesh, 'connected' | 'request' | 'handle'>;
  readonly admission: Pick<Admission, 'list' | 'onChange'>;
  readonly keys: NetworkKeys;
  readonly onTrouble: (error: BzzzError) => void;
}

/** Between two rounds of questions, while nobody had it. */
const askAgainMs = 5_000;

export function keepNetworkKey(deps: KeepKeyDeps): { stop(): void } {
  const { clock, mesh, admission, keys } = deps;
  let cancel: (() => void) | undefined;
  let isAsking = false;
  let isStopped = false;
  let told = 0;

  /** Also where the configuration names it, whatever its serial was there. */
  function has({ sha256 }: { readonly sha256: string }): boolean {
    return networkKeyHash(keys.current()) === sha256;
  }

  async function look(): Promise<void> {
    cancel?.();
    const wanted = admission.list().networkKey;
    if (isStopped || isAsking || wanted === undefined || has(wanted)) return;
    isAsking = true;
    try {
      for (const peer of mesh.connected()) {
        const key = await ask(peer, wanted);
        if (key === undefined) continue;
        await keys.take(wanted.serial, key);
        return;
      }
    } catch (error) {
      if (!isBzzzError(error)) throw error;
      // Once for each change: a person has to do something about it.
      if (told !== wanted.serial) deps.onTrouble(error);
      told = wanted.serial;
    } finally {
      isAsking = false;
      if (!isStopped) cancel = clock.after(askAgainMs, () => void look());
    }
  }

  /** Undefined: that one has not got it, or hands out another. */
  async function ask(
    peer: PeerId,
    { serial, sha256 }: { readonly serial: number; readonly sha256: string },
  ): Promise<string | undefined> {
    try {
      const { key } = await mesh.request(networkKeyProtocol, peer, { serial });
      return key !== null && networkKeyHash(key) === sha256 ? NetworkKey.parse(key) : undefined;
    } catch (error) {
      if (!isBzzzError(error)) throw error;
      return undefined;
    }
  }

  function isInForce(serial: number): boolean {
    const wanted = admission.list().networkKey;
    return wanted?.serial === serial && has(wanted);
  }

  const stopHandling = mesh.handle(networkKeyProtocol, async (_, { serial }) => ({
    key: isInForce(serial) ? keys.current() : null,
  }));
  const stopListening = admission.onChange(() => void look());
  void look();
  return {
    stop() {
      isStopped = true;
      cancel?.();
      stopHandling();
      stopListening();
    },
  };
}
