/** What a running peer saw when it last looked what its machine has to offer. */
import type { Check } from '@bzzz/protocol/api';
import { span } from '../status/span.ts';
import { bad, good } from './checks.ts';
import type { Live } from './mesh.ts';

export function checkLooks({ lookedAgoMs, lookFailures }: Live): Check {
  const ago = `${span(lookedAgoMs)} ago`;
  if (lookFailures.length === 0) return good('last look', ago);
  const what = lookFailures.map((one) => `${one.what} (${one.reason})`).join(', ');
  const advice =
    'Mend it and run `bzzz doctor --refresh`; until then what was known before is offered.';
  return bad('last look', `${ago}, it failed for ${what}`, advice);
}
