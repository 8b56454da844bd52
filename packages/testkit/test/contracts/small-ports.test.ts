import type { RecipeJob } from '@bzzz/coordination';
import { describeRecipeExecutorContract } from '../../src/contracts/executor.ts';
import { describeJournalContract } from '../../src/contracts/journal.ts';
import { describeSignerContract } from '../../src/contracts/signer.ts';
import { createVirtualJournal, type VirtualDisk } from '../../src/sim/virtual-journal.ts';
import { createVirtualSigner } from '../../src/sim/virtual-signer.ts';
import { createVirtualWork } from '../../src/sim/virtual-work.ts';
import { createVirtualPlace, virtualPeerId } from './virtual-peer.ts';

const self = virtualPeerId('a');

describeSignerContract('virtual', async () => ({
  signer: createVirtualSigner(self),
  other: createVirtualSigner(virtualPeerId('b')),
}));

describeJournalContract('virtual', async () => {
  const place = createVirtualPlace();
  const { pump, timeline } = place;
  const disk: VirtualDisk = { entries: [] };
  return {
    open: async () => pump.driven(createVirtualJournal({ ...place, disk }, self)),
    // Longer than any sync takes.
    close: () => pump.drive(new Promise((resolve) => timeline.after(100, resolve))),
    breakDisk() {
      disk.broken = true;
    },
    dispose: async () => undefined,
  };
});

describeRecipeExecutorContract('virtual', async () => {
  const place = createVirtualPlace();
  let endless = 0;
  const { executors } = createVirtualWork(place, {
    peer: self,
    workMsMax: 1_000,
    fateOf: ([program]) =>
      program === 'endless' ? 'endless' : program === 'fails' ? 'fails' : 'succeeds',
  });
  const executor = executors.recipe;
  const job = (...programs: string[]): RecipeJob => ({
    kind: 'recipe',
    commands: programs.map((program) => [program]),
  });
  return {
    // Counts what runs: nothing else of a virtual process could be looked for.
    executor: {
      ...executor,
      async run(request, o) {
        endless += 1;
        try {
          return await executor.run(request, o);
        } finally {
          endless -= 1;
        }
      },
    },
    path: 'virtual/task#1',
    jobs: {
      succeeds: job('succeeds', 'again'),
      fails: job('fails', 'never'),
      endless: job('endless'),
    },
    endlessRuns: () => place.pump.until(() => endless > 0),
    signed: (isSigned) => place.pump.until(isSigned),
    endlessLives: async () => endless > 0,
    settle: place.pump.drive,
    dispose: async () => undefined,
  };
});
