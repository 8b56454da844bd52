import type { Codec, PeerId } from '@bzzz/protocol';

/**
 * A listener with its type erased: decodes for itself, so that no type has to be recovered. False: what
 * came is no message of its kind, which the caller counts and charges to the sender.
 */
export type Receiver = (from: PeerId, bytes: Uint8Array) => boolean;

export function createReceiver<T>(
  codec: Codec<T>,
  listener: (from: PeerId, message: T) => void,
  onListenerError: () => void,
): Receiver {
  return (from, bytes) => {
    let message: T;
    try {
      message = codec.decode(bytes);
    } catch {
      return false;
    }
    try {
      listener(from, message);
    } catch {
      onListenerError();
    }
    return true;
  };
}
