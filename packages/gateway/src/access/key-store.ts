/**
 * Further keys, by name, in one file of the data folder. Only hashes of their tokens are kept. The file is looked
 * at for every request, and read again when it is another one, so that a key that was taken away opens nothing
 * from that moment on, whoever did it.
 */
import { join } from 'node:path';
import { readSecretFile, replaceSecretFile } from '@bzzz/peer';
import { BzzzError, complaints, reasonOf } from '@bzzz/protocol';
import { KeyAnswer } from '@bzzz/protocol/api';
import { z } from 'zod';
import { keptFile } from './kept-file.ts';

const StoredKey = KeyAnswer.extend({ tokenSha256: z.string().regex(/^[0-9a-f]{64}$/) });
type StoredKey = z.infer<typeof StoredKey>;
const keysMax = 1_000;
const KeyFile = z.object({ version: z.literal(1), keys: z.array(StoredKey).max(keysMax) });

export interface KeyStore {
  /** Throws `gateway_keys_unusable`. */
  read(): Promise<readonly StoredKey[]>;
  /** Throws `gateway_key_taken`, `gateway_keys_unusable`. */
  add(key: StoredKey): Promise<void>;
  /** False: there is none of that name. Throws `gateway_keys_unusable`. */
  remove(name: string): Promise<boolean>;
}

export interface KeyStoreOptions {
  readonly dataDir: string;
  /** Wall clock. */
  readonly nowMs: () => number;
}

export function openKeyStore({ dataDir, nowMs }: KeyStoreOptions): KeyStore {
  const file = join(dataDir, 'gateway-keys.json');
  let writing: Promise<unknown> = Promise.resolve();

  async function read(): Promise<readonly StoredKey[]> {
    const text = await usable(() => readSecretFile(file));
    if (text === null) return [];
    const parsed = KeyFile.safeParse(jsonOf(text));
    if (parsed.success) return parsed.data.keys;
    throw new BzzzError('gateway_keys_unusable', `${file}: ${complaints(parsed.error)}`);
  }

  /** One change at a time, and the file is never seen half written. */
  function change<T>(make: (keys: readonly StoredKey[]) => [readonly StoredKey[], T]): Promise<T> {
    const job = writing.then(async () => {
      const [keys, result] = make(await read());
      await usable(() => replaceSecretFile(file, JSON.stringify({ version: 1, keys }, null, 2)));
      return result;
    });
    writing = job.catch(() => undefined);
    return job;
  }

  return {
    read: keptFile(file, { read, nowMs }),
    add: (key) =>
      change((keys) => {
        if (keys.some(({ name }) => name === key.name)) {
          throw new BzzzError('gateway_key_taken', `there is a key ${key.name} already`);
        }
        if (keys.length >= keysMax) {
          throw new BzzzError(
            'gateway_key_taken',
            `there are ${keysMax} keys already; delete some`,
          );
        }
        return [[...keys, key], undefined];
      }),
    remove: (name) =>
      change((keys) => {
        const left = keys.filter((key) => key.name !== name);
        return [left, left.length < keys.length];
      }),
  };
}

async function usable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new BzzzError('gateway_keys_unusable', reasonOf(error), { cause: error });
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
