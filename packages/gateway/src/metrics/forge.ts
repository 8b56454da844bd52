/** What is asked of the forge, what it still grants, and whether it answers. */
import { counter, countBy, type Facts, flag, gauge, type Metric } from './metric.ts';

/** By the code of what keeps it from being read. */
const states: Readonly<Record<string, string>> = {
  forge_unreachable: 'unreachable',
  forge_unauthorized: 'unauthorized',
  forge_rate_limited: 'rate_limited',
};

function answeredAgoMs({ status }: Facts): number | null {
  const known = status.forge.watching.flatMap(({ answeredAgoMs: ago }) => ago ?? []);
  return known.length === 0 ? null : Math.min(...known);
}

export const forgeMetrics: readonly Metric[] = [
  counter(
    'bzzz_forge_requests_total',
    'Requests to the forge; `free` are those reads that cost nothing',
    ({ figures: { github } }) => ({
      read: github.reads,
      free: github.notModified,
      write: github.writes,
      git_read: github.gitReads,
      push: github.gitPushes,
    }),
    'kind',
  ),
  gauge(
    'bzzz_forge_rate_remaining_requests',
    'What the forge still lets the account ask in this hour',
    ({ status }) => status.forge.rateLimit?.remaining ?? null,
  ),
  gauge(
    'bzzz_forge_rate_limit_requests',
    'What it lets the account ask in an hour',
    ({ status }) => status.forge.rateLimit?.limit ?? null,
  ),
  gauge(
    'bzzz_forge_repositories',
    'Repositories by whether the forge answers about them',
    ({ status }) =>
      countBy(
        ['answering', ...Object.values(states), 'other'],
        status.forge.watching,
        ({ trouble }) => (trouble === null ? 'answering' : (states[trouble.code] ?? 'other')),
      ),
    'state',
  ),
  gauge('bzzz_forge_answer_age_seconds', 'Since the forge answered last', (facts) => {
    const agoMs = answeredAgoMs(facts);
    return agoMs === null ? null : agoMs / 1000;
  }),
  gauge(
    'bzzz_forge_account_known',
    '1: the forge has told whose the token is; without that nothing is claimed',
    ({ status }) => flag(status.peer.account !== null),
  ),
  counter(
    'bzzz_forge_issues_left_out_total',
    'Issues that were passed over since their body is too long',
    ({ figures: { github } }) => github.issuesLeftOut,
  ),
  counter(
    'bzzz_notify_deliveries_total',
    'Messages to `notify.url` by what became of them; all 0 where nobody is told',
    ({ figures: { notifier } }) => ({
      delivered: notifier?.delivered ?? 0,
      retried: notifier?.retried ?? 0,
      given_up: notifier?.givenUp ?? 0,
    }),
    'outcome',
  ),
  counter(
    'bzzz_webhook_deliveries_total',
    'Webhooks that came, by what they were good for; all 0 where none is configured',
    ({ status: { webhook } }) => ({
      hint: webhook?.hints ?? 0,
      ignored: webhook?.ignored ?? 0,
      refused: webhook?.refused ?? 0,
    }),
    'outcome',
  ),
];
