import { Oid } from '@bzzz/protocol';
import { describeWorkspacesContract } from '../../src/contracts/workspace.ts';
import { createVirtualWork } from '../../src/sim/virtual-work.ts';
import { createVirtualPlace, virtualPeerId } from './virtual-peer.ts';

const noFiles = () => {
  throw new Error('a virtual workspace has no files');
};

describeWorkspacesContract(
  'virtual',
  async () => {
    const place = createVirtualPlace();
    const { workspaces } = createVirtualWork(place, {
      peer: virtualPeerId('a'),
      workMsMax: 1_000,
      fateOf: ([program]) =>
        program === 'endless' ? 'endless' : program === 'fails' ? 'fails' : 'succeeds',
    });
    return {
      workspaces,
      base: { branch: 'main', oid: Oid.parse('b'.repeat(40)), mirror: 'virtual' },
      write: noFiles,
      read: noFiles,
      readAt: noFiles,
      expects: noFiles,
      commands: {
        succeeds: ['succeeds'],
        fails: ['fails'],
        makes: ['makes'],
        endless: ['endless'],
      },
      settle: place.pump.drive,
      dispose: async () => undefined,
    };
  },
  { files: false },
);
