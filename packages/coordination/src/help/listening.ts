import type { AskForHelp } from '../ports/index.ts';

export interface Listening {
  readonly ask: AskForHelp;
  /** Whether anything came back. */
  wasHeard(): boolean;
}

/** The same way to others, and whether anybody helped on it: from then on his words have a part in the work. */
export function listening(ask: AskForHelp): Listening {
  let heard = false;
  return {
    wasHeard: () => heard,
    async ask(question, options) {
      const report = await ask(question, options);
      heard ||= report.helped;
      return report;
    },
  };
}
