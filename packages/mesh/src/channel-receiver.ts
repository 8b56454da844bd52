/** Incoming channel messages; listeners outlive a restart of the mesh. */
import { type Channel, type PeerId, protocolId } from '@bzzz/protocol';
import type { Stream } from '@libp2p/interface';
import type { Counters } from './counters.ts';
import { createFrameSplitter } from './framing.ts';
import type { Penalties } from './penalties.ts';
import type { ProtocolHandlers } from './protocol-handlers.ts';
import { createRateLimiter } from './rate-limiter.ts';
import { createReceiver, type Receiver } from './receiver.ts';

/** A stream that replaces another is open while that one is still going down. */
const STREAMS_MAX = 2;

export interface ChannelReceiver {
  receive<T>(channel: Channel<T>, listener: (from: PeerId, message: T) => void): () => void;
}

export interface ChannelReceiverParts {
  readonly handlers: ProtocolHandlers;
  readonly penalties: Penalties;
  readonly counters: Counters;
  readonly onListenerError: () => void;
}

export function createChannelReceiver(parts: ChannelReceiverParts): ChannelReceiver {
  const channels = new Map<string, Set<Receiver>>();

  return {
    receive(channel, listener) {
      const id = protocolId(channel);
      const receivers = channels.get(id) ?? new Set<Receiver>();
      const receiver = createReceiver(channel.codec, listener, parts.onListenerError);
      receivers.add(receiver);
      if (!channels.has(id)) {
        channels.set(id, receivers);
        // Stays when the last listener goes: refusing the streams again would gain nothing.
        handleChannel(parts, channel, receivers);
      }
      return () => {
        receivers.delete(receiver);
      };
    },
  };
}

function handleChannel<T>(
  { handlers, penalties, counters }: ChannelReceiverParts,
  channel: Channel<T>,
  receivers: ReadonlySet<Receiver>,
): void {
  const rate = createRateLimiter({ perSecondMax: channel.messagesPerSecondMax });
  const streams = new Map<PeerId, Stream>();

  function hear(from: PeerId, bytes: Uint8Array): void {
    if (!rate.allow(from)) {
      counters.channelRate += 1;
      return;
    }
    let fits = true;
    for (const receiver of receivers) fits = receiver(from, bytes) && fits;
    if (fits) counters.channelReceived += 1;
    else blame(from);
  }

  function blame(from: PeerId): void {
    counters.channelMalformed += 1;
    penalties.add(from);
  }

  function read(from: PeerId, stream: Stream): void {
    const split = createFrameSplitter({ readBytesMax: channel.codec.bytesMax }, (message) => {
      // A listener may have ended the connection; nothing is heard after that.
      if (streams.get(from) === stream) hear(from, message);
    });
    stream.addEventListener('message', ({ data }) => {
      if (streams.get(from) !== stream) return;
      try {
        split(data.subarray());
      } catch {
        // Only the splitter throws: listeners and codecs are caught above.
        blame(from);
        end(from, stream, 'no frame');
      }
    });
    stream.addEventListener('end', () => end(from, stream, 'nothing more will come'));
    stream.addEventListener('close', () => end(from, stream, 'closed'));
  }

  function end(from: PeerId, stream: Stream, reason: string): void {
    if (streams.get(from) === stream) streams.delete(from);
    stream.abort(new Error(reason));
  }

  handlers.stream(
    channel,
    (from, stream) => {
      // It may have ended while its protocol was negotiated; then it tells nothing more.
      if (stream.status !== 'open' || stream.readableEnded) {
        stream.abort(new Error('ended before it began'));
        return;
      }
      const former = streams.get(from);
      streams.set(from, stream);
      // One at a time, or what is late on the old one would come after what is new.
      former?.abort(new Error('replaced by a new stream'));
      read(from, stream);
    },
    { streamsMax: STREAMS_MAX },
  );
}
