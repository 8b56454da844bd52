import { describe, expect, it } from 'vitest';
import { recall } from '../../src/recovery/recall.ts';
import type { Records } from '../../src/recovery/records.ts';
import { createBook, type Seen } from '../../src/task/book.ts';
import { account, bodySha256, calm, task } from '../support/stand.ts';

const seen: Seen = {
  kind: 'seen',
  task,
  title: 'Format',
  recipe: 'format',
  bodySha256,
  needs: { executors: ['recipe'], tools: [], models: [] },
  updatedAtMs: 1,
};
const nothing = { epoch: 0, tidied: null };
const tidied = { epoch: 3, closedMs: 0, accounts: [account] };

/** A book that knows the task, and journals that tell `found`; `meanwhile` runs as they are read. */
function scene(found: Partial<Awaited<ReturnType<Records['recall']>>>, known = {}) {
  const book = createBook();
  const entry = { ...book.update(task, known), seen };
  let meanwhile = () => {};
  const records = {
    recall: async () => {
      meanwhile();
      return { ...nothing, ...found };
    },
  };
  return {
    book,
    bid: () => recall({ book, records }, entry, calm),
    onRead(job: () => void) {
      meanwhile = job;
    },
  };
}

describe('what is known of a task before a bid', () => {
  it('is nothing where nobody tells of it', async () => {
    const { bid } = scene({});
    expect(await bid()).toMatchObject({ epochKnown: 0, reopenedOver: null, accountsBefore: [] });
  });

  it('is the highest epoch, from the journals or heard of', async () => {
    expect(await scene({ epoch: 4 }, { epochKnown: 2 }).bid()).toMatchObject({ epochKnown: 4 });
    expect(await scene({ epoch: 2 }, { epochKnown: 4 }).bid()).toMatchObject({ epochKnown: 4 });
  });

  it('is that people reopened it, when the last claim was tidied up', async () => {
    const { bid, book } = scene({ epoch: 3, tidied });
    expect(await bid()).toMatchObject({ reopenedOver: 3, accountsBefore: [account] });
    expect(book.get(task)).toMatchObject({ epochKnown: 3, reopenedOver: 3 });
  });

  it('is not that, when it was claimed again since', async () => {
    const { bid } = scene({ epoch: 4, tidied });
    expect(await bid()).toMatchObject({ reopenedOver: null, accountsBefore: [] });
  });

  it('is not that, when all that was seen is from before it was closed', async () => {
    const { bid } = scene({ epoch: 3, tidied: { ...tidied, closedMs: seen.updatedAtMs } });
    expect(await bid()).toMatchObject({ epochKnown: 3, reopenedOver: null, accountsBefore: [] });
  });

  it('is not that, when it was merged while it was open, until people are seen to give it back', async () => {
    const open = { epoch: 3, tidied: { ...tidied, open: true as const } };
    expect(await scene(open).bid()).toMatchObject({ epochKnown: 3, reopenedOver: null });
    const { bid } = scene(open, { epochKnown: 3, reopenedOver: 3 });
    expect(await bid()).toMatchObject({ reopenedOver: 3, accountsBefore: [account] });
  });

  it('is also what is heard while the journals are read', async () => {
    const { bid, book, onRead } = scene({ epoch: 1 }, { epochKnown: 1, reopenedOver: 1 });
    onRead(() => book.update(task, { epochKnown: 5, reopenedOver: null }));
    expect(await bid()).toMatchObject({ epochKnown: 5, reopenedOver: null });
    expect(book.get(task)).toMatchObject({ epochKnown: 5, reopenedOver: null });
  });
});
