import type { ExecutorRequest, PromptJob } from '@bzzz/coordination';

/** A request whose way out closes for good as soon as another peer has helped, whoever leads it. */
export function closingWith(
  request: ExecutorRequest<PromptJob>,
  way: { close(): Promise<void> },
): ExecutorRequest<PromptJob> {
  const { help } = request;
  if (help === undefined) return request;
  return {
    ...request,
    async help(question, options) {
      const report = await help(question, options);
      if (report.helped) await way.close();
      return report;
    },
  };
}
