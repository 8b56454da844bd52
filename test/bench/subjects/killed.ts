/** A peer that ends: its connections close, which tells the others at once. Real processes and signals. */
import type { Subject } from '../subject.ts';
import { missingOne } from './missing-one.ts';

export const killed: Subject = missingOne({
  name: 'killed',
  signal: 'SIGKILL',
  what: 'was killed',
  timesFaster: 40,
});
