import { sampleTask } from '@bzzz/testkit/contracts/samples';
import { expect, it } from 'vitest';
import { taskHead } from '../src/output/task-head.ts';
import type { Terminal } from '../src/terminal.ts';

const terminal: Terminal = {
  print: () => undefined,
  note: () => undefined,
  style: (_format, text) => text,
  styleNote: (_format, text) => text,
  columns: null,
};
const open = sampleTask();

it('says how a task stands, and nothing of what there is none of', () => {
  const alone = { ...open, wanted: false, reason: 'assigned to mara' };
  expect(taskHead(terminal, alone)).toBe('left alone: assigned to mara');
  expect(taskHead(terminal, open)).toBe('open');
  const held = { ...open, state: 'done', holder: 'p', holderName: 'elm', epoch: 2, pullRequest: 9 };
  expect(taskHead(terminal, held)).toBe('done; owner elm, epoch 2, pull request #9');
});
