/** Another peer, as an executor sees it: what it was asked, and what it says or does then. */
import type { AskForHelp, HelpReport } from '@bzzz/coordination';
import { BzzzError } from '@bzzz/protocol';

export interface ScriptedHelp {
  readonly help: AskForHelp;
  readonly questions: readonly string[];
}

/** In this order; asked for more, all requests were made. */
export function helpInOrder(
  ...reports: readonly (HelpReport | (() => Promise<HelpReport>))[]
): ScriptedHelp {
  const questions: string[] = [];
  const help: AskForHelp = async (question) => {
    const report = reports[questions.length];
    questions.push(question);
    if (report === undefined) return nobody('all requests were made');
    return typeof report === 'function' ? report() : report;
  };
  return { help, questions };
}

/** Never answers, and throws what the real one throws. `asked`: when it was. */
export function silentHelp() {
  const asked = Promise.withResolvers<AbortSignal | undefined>();
  const help: AskForHelp = (_question, { signal } = {}) => {
    const { promise, reject } = Promise.withResolvers<never>();
    signal?.addEventListener('abort', () => reject(new BzzzError('aborted', 'cancelled')));
    asked.resolve(signal);
    return promise;
  };
  return { help, asked: asked.promise };
}

export function nobody(text = 'nobody helps: no other peer could be asked'): HelpReport {
  return { helped: false, text, changed: false };
}

export function says(text: string): HelpReport {
  return { helped: true, text, changed: false };
}
