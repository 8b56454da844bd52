import { type ErrorCode, isBzzzError } from '@bzzz/protocol';

/** What the exit code of `bzzz` means. Documented in the README; never given another meaning. */
export const exitCodes = {
  ok: 0,
  /** It was tried and did not work; `doctor`: something is wrong; `drill`: an invariant did not hold. */
  failure: 1,
  /** The command line or the configuration is wrong; nothing was tried. */
  usage: 2,
  /** No peer runs on this data folder. */
  notRunning: 3,
  /** Another peer runs on this data folder. */
  locked: 4,
  /** `verify`: enough valid verdicts, and it is not known here who signed them. */
  unknownKeys: 5,
  /** Ended by Ctrl-C before it was done; `up`, which ends by the first one, by a second. */
  interrupted: 130,
} as const;

const byCode: Partial<Record<ErrorCode, number>> = {
  aborted: exitCodes.interrupted,
  cli_usage: exitCodes.usage,
  cli_forge_unset: exitCodes.usage,
  config_invalid: exitCodes.usage,
  drill_unconfirmed: exitCodes.usage,
  control_request_invalid: exitCodes.usage,
  peer_not_running: exitCodes.notRunning,
  peer_folder_locked: exitCodes.locked,
  journal_locked: exitCodes.locked,
};

export function exitCodeOf(error: unknown): number {
  return (isBzzzError(error) ? byCode[error.code] : undefined) ?? exitCodes.failure;
}
