import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeJournalContract } from '@bzzz/testkit/contracts/journal';
import { diskSync } from '../src/disk-sync.ts';
import { type Journals, openJournals } from '../src/index.ts';

describeJournalContract('hypercore', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'bzzz-journal-'));
  let journals: Journals | undefined;
  let broken = false;
  const close = async () => {
    await journals?.close();
    journals = undefined;
    broken = false;
  };
  const sync = {
    ...diskSync,
    async content(path: string) {
      if (broken) throw new Error('no space left on device');
      await diskSync.content(path);
    },
  };
  return {
    async open() {
      journals = await openJournals({ sync }, { dir });
      return journals.own;
    },
    close,
    breakDisk() {
      broken = true;
    },
    async dispose() {
      await close();
      await rm(dir, { recursive: true, force: true });
    },
  };
});
