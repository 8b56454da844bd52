/** What exists between `start` and `stop`, built in order and taken down in reverse. */
import type { MeshName } from '@bzzz/protocol';
import { type ChannelSender, startChannelSender } from './channel-sender.ts';
import type { Connections } from './connections.ts';
import type { Counters } from './counters.ts';
import { type Courtesy, createCourtesy } from './courtesy.ts';
import { type Dialer, startDialer } from './dialer.ts';
import type { Gaps } from './gaps.ts';
import { type Gossip, startGossip, type Subscriptions } from './gossip.ts';
import { startGossipKeeper } from './gossip-keeper.ts';
import type { Identity } from './identity.ts';
import { createNode, type MeshNode } from './libp2p-node.ts';
import { networkKey, protector } from './network-key.ts';
import { type CommonOptions, defaults } from './options.ts';
import type { Penalties } from './penalties.ts';
import type { ProtocolHandlers } from './protocol-handlers.ts';
import { followReplacements } from './replacements.ts';
import { startSpareCloser } from './spare-connections.ts';
import type { ListenFailure, Transports } from './transports.ts';
import type { Troubles } from './trouble.ts';

export interface LastingParts {
  readonly identity: Identity;
  readonly transports: Transports;
  readonly connections: Connections;
  readonly counters: Counters;
  readonly gaps: Gaps;
  readonly handlers: ProtocolHandlers;
  readonly penalties: Penalties;
  readonly subscriptions: Subscriptions;
  readonly troubles: Troubles;
}

export interface RunningMesh {
  readonly node: MeshNode;
  readonly channels: ChannelSender;
  readonly gossip: Gossip;
  readonly courtesy: Courtesy;
  readonly dialer: Dialer;
  readonly shutdown: AbortSignal;
  stop(): Promise<void>;
}

export async function startMesh(parts: LastingParts, options: CommonOptions): Promise<RunningMesh> {
  const { connections, counters, gaps, handlers, penalties, subscriptions, identity } = parts;
  const mesh: MeshName = options.name;
  const courtesy = createCourtesy(identity.peer);
  const failure: ListenFailure = { error: undefined };
  const shutdown = new AbortController();
  const node = await createNode(
    {
      identity,
      connectionProtector: protector(
        () => Promise.all((options.keys?.() ?? [options.key]).map((key) => networkKey(mesh, key))),
        (trouble) => parts.troubles.report(trouble),
      ),
      carriers: parts.transports(failure),
      mayDial: (peer) => options.mayDial?.(peer) !== false && courtesy.mayDial(peer),
      scoreOf: (peer) => penalties.scoreOf(peer),
    },
    {
      name: mesh,
      listen: options.listen,
      dht: options.dht ?? defaults.dht,
    },
  );
  const undo: (() => void | Promise<void>)[] = [() => node.stop()];
  const stop = async () => {
    shutdown.abort();
    for (const step of undo.splice(0).reverse()) await step();
  };

  try {
    const following = connections.follow(node);
    undo.push(() => following.stop());
    const offer = await handlers.offer(node, shutdown.signal);
    undo.push(() => offer.stop());
    await node.start();
    const replacements = followReplacements({ node, connections });
    undo.push(() => replacements.stop());
    const channels = startChannelSender({ node, connections, counters });
    undo.push(() => channels.stop());
    const gossip = startGossip(
      { node, mesh, subscriptions, penalties, counters, gaps },
      {
        messagesMax: options.outboxMessagesMax ?? defaults.outboxMessagesMax,
        mayGossip: options.mayGossip ?? (() => true),
      },
    );
    undo.push(() => gossip.stop());
    const keeper = startGossipKeeper(node);
    undo.push(() => keeper.stop());
    const spares = startSpareCloser(node);
    undo.push(() => spares.stop());
    const dialer = startDialer(
      { node, self: identity.peer, connections, courtesy },
      {
        bootstrap: options.bootstrap ?? [],
        redialMsMax: options.redialMsMax ?? defaults.redialMsMax,
      },
    );
    undo.push(() => dialer.stop());
    return { node, channels, gossip, courtesy, dialer, shutdown: shutdown.signal, stop };
  } catch (error) {
    await stop();
    throw failure.error ?? error;
  }
}
