import { probeSandbox } from '@bzzz/execution';
import type { Capabilities, Config } from '@bzzz/protocol';
import type { Logger } from '../logger.ts';

export interface SandboxState {
  readonly kind: Capabilities['sandbox'];
  /** Why the sandbox that is required is not there; null: it is, or the operator wants none. */
  readonly missing: string | null;
}

/** Really starts something in a sandbox, once, when the peer starts. */
export async function lookForSandbox(work: Config['work'], logger: Logger): Promise<SandboxState> {
  if (work.sandbox === 'off') {
    logger.warn('the sandbox is off: commands of repositories run with all rights of this peer');
    return { kind: 'none', missing: null };
  }
  const probe = await probeSandbox();
  if (probe.usable) return { kind: 'bubblewrap', missing: null };
  logger.warn('there is no sandbox, so nothing is executed here', { reason: probe.reason });
  return { kind: 'none', missing: probe.reason };
}
