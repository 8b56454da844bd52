import { reasonOf } from '@bzzz/protocol';
import type { Check } from '@bzzz/protocol/api';

export function good(name: string, detail: string): Check {
  return { name, ok: true, detail, advice: null };
}

export function bad(name: string, detail: string, advice: string): Check {
  return { name, ok: false, detail, advice };
}

/** A check that breaks is itself a finding. */
export async function guarded(name: string, run: () => Promise<Check>): Promise<Check> {
  try {
    return await run();
  } catch (error) {
    return bad(name, `could not be checked: ${reasonOf(error)}`, 'Please report this.');
  }
}
