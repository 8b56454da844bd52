/** A peer that hangs: its connections stay open, and only its silence tells. Real processes and signals. */
import type { Subject } from '../subject.ts';
import { missingOne } from './missing-one.ts';

export const hanging: Subject = missingOne({
  name: 'hanging',
  signal: 'SIGSTOP',
  what: 'hangs',
  timesFaster: 8,
});
