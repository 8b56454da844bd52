/**
 * One bare libp2p node that does nothing, in a process of its own: nothing of ours is loaded, whose memory would be in its
 * figures. Arguments: how often it pings, in milliseconds, or `as-it-comes`; addresses to dial.
 */
import { multiaddr } from '@multiformats/multiaddr';
import { bareTopic, createBareNode } from './bare-node.ts';
import { serve } from './idle-answer.ts';

await serve(async ([pings = 'as-it-comes', ...others]) => {
  const bare = await createBareNode(pings === 'as-it-comes' ? {} : { pingMs: Number(pings) });
  bare.services.pubsub.subscribe(bareTopic);
  for (const address of others) await bare.dial(multiaddr(address));
  return {
    answer: () => ({
      addresses: bare.getMultiaddrs().map(String),
      connected: bare.getPeers().length,
    }),
    stop: async () => bare.stop(),
  };
});
