import { PeerId } from '@bzzz/protocol';
import { describeChannelContract } from '@bzzz/testkit/contracts/mesh-channels';
import { createMemoryHub } from './memory-mesh.ts';

const peerOf = (letter: string) => PeerId.parse(`12D3KooW${letter.repeat(44)}`);

describeChannelContract(
  'in memory',
  async () => {
    const hub = createMemoryHub();
    const [a, b] = [peerOf('a'), peerOf('b')];
    const pair = [hub.join(a), hub.join(b)] as const;
    hub.link(a, b);
    return {
      pair,
      stranger: peerOf('z'),
      async until(check) {
        hub.link(a, b);
        if (!check())
          throw new Error(`in memory all is done at once, but not: ${check.toString()}`);
      },
      dispose: async () => undefined,
    };
  },
  { limited: false },
);
