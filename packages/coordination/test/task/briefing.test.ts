import { describe, expect, it } from 'vitest';
import { brief, lookAgain } from '../../src/task/briefing.ts';
import { parsePolicy } from '@bzzz/protocol';
import { issueOf } from '../support/memory-forge.ts';
import { calm, createStand, number } from '../support/stand.ts';

const strange = { association: 'NONE', author: 'mallory' };

/** An issue of a stranger that is claimed, while no read of who approved it is answered. */
async function mute() {
  const stand = createStand();
  const { record } = await stand.win();
  const never = new Promise<never>(() => undefined);
  stand.forge.readHistory = () => never;
  const policy = parsePolicy(stand.forge.policy ?? '');
  const show = (change: object) => {
    stand.forge.task(number).issue = issueOf({ ...strange, ...change });
  };
  return { stand, record, policy, show };
}

describe('a look at an issue that is held', () => {
  it.each([
    ['task_edited', { body: 'recipe: format\n\nNow.\n' }],
    ['task_refused', { state: 'closed' }],
    ['task_refused', { assignees: ['mara'] }],
    ['task_refused', { labels: [] }],
  ])(
    'ends with %s at the read that shows it, whatever else is to be read',
    async (code, change) => {
      const { stand, record, policy, show } = await mute();
      show(change);
      await expect(lookAgain(stand, record, policy, calm)).rejects.toMatchObject({ code });
      await expect(brief(stand, record, calm)).rejects.toMatchObject({ code });
    },
  );

  it('ends when its words are not approved any more, and goes on while they are', async () => {
    const stand = createStand();
    const { record } = await stand.win();
    const policy = parsePolicy(stand.forge.policy ?? '');
    const at = stand.forge.task(number);
    at.issue = issueOf(strange);
    at.history = {
      writtenAtMs: 1_000,
      labelled: [{ label: 'bzzz', by: issueOf().author, atMs: 2_000 }],
    };
    expect((await brief(stand, record, calm)).plan.kind).toBe('format');
    expect((await lookAgain(stand, record, policy, calm)).author).toBe('mallory');
    at.issue = issueOf({ ...strange, updatedAtMs: 5_000 });
    at.history = { ...at.history, writtenAtMs: 3_000 };
    const refused = { code: 'task_refused', reason: expect.stringMatching(/mallory is NONE/) };
    await expect(lookAgain(stand, record, policy, calm)).rejects.toMatchObject(refused);
    await expect(brief(stand, record, calm)).rejects.toMatchObject(refused);
  });
});
