/**
 * Logins that were refused, so that the same one is not tried over and over: Vault locks a role for a quarter of an
 * hour after five bad logins, each of which counts until there was none for as long
 * (https://developer.hashicorp.com/vault/docs/concepts/user-lockout). Others may log in by the same role.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '@bzzz/coordination';
import { BzzzError } from '@bzzz/protocol';

export interface LoginRefusals {
  /** Throws what the same login was refused with, until it may be tried again. */
  check(login: object): void;
  /** Returns the error to throw. */
  refused(login: object, reason: string): BzzzError;
  passed(): void;
}

/** Three in a row, then one at a time, each counted alone. */
const pausesMs = [60_000, 300_000, 960_000] as const;

export function createLoginRefusals(clock: Clock): LoginRefusals {
  let last: { readonly print: string; readonly untilMs: number; readonly reason: string } | null =
    null;
  let inRow = 0;

  return {
    check(login) {
      const leftMs = (last?.untilMs ?? 0) - clock.monotonicMs();
      if (last === null || leftMs <= 0 || last.print !== printOf(login)) return;
      const when = `not tried again with the same for ${Math.ceil(leftMs / 1000)} s`;
      throw new BzzzError('vault_login_refused', `${last.reason} (${when})`);
    },
    refused(login, reason) {
      const pauseMs = pausesMs[Math.min(inRow, pausesMs.length - 1)] ?? 0;
      inRow += 1;
      last = { print: printOf(login), untilMs: clock.monotonicMs() + pauseMs, reason };
      return new BzzzError('vault_login_refused', reason);
    },
    passed() {
      last = null;
      inRow = 0;
    },
  };
}

/** What was sent is not kept. */
function printOf(login: object): string {
  return createHash('sha256').update(JSON.stringify(login)).digest('hex');
}
