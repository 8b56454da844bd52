import { dashboard } from './dashboard.ts';
import { curve, stat } from './panels.ts';

export const workDashboard = dashboard({
  uid: 'bzzz-work',
  title: 'bzzz: work',
  description: 'Tasks of a mesh, who contends for them, and what came of attempts.',
  byPeer: false,
  rows: [
    {
      heightUnits: 4,
      panels: [
        stat({ title: 'Open', expr: 'mesh_state:bzzz_tasks:max{mesh="$mesh", state="open"}' }),
        stat({
          title: 'Attempts that run',
          expr: 'sum(bzzz_work_running_attempts{mesh="$mesh"})',
        }),
        stat({ title: 'Slots', expr: 'sum(bzzz_work_slots{mesh="$mesh"})' }),
        stat({
          title: 'Longest wait',
          unit: 's',
          expr: 'max(bzzz_tasks_oldest_seconds{mesh="$mesh", state="open"})',
          redFrom: 3600,
        }),
        stat({
          title: 'Left to people in an hour',
          expr: 'sum(increase(bzzz_tasks_ended_total{mesh="$mesh", state="failed"}[1h]))',
          redFrom: 1,
        }),
        stat({
          title: 'Without a sandbox',
          expr: 'count(bzzz_work_sandbox_available{mesh="$mesh"} == 0) or vector(0)',
          redFrom: 1,
        }),
      ],
    },
    {
      heightUnits: 8,
      panels: [
        curve({
          title: 'Tasks by state',
          lines: { '{{state}}': 'mesh_state:bzzz_tasks:max{mesh="$mesh"}' },
          stacked: true,
        }),
        curve({
          title: 'How long one has been in its state',
          unit: 's',
          lines: {
            '{{state}}': 'max by (state) (bzzz_tasks_oldest_seconds{mesh="$mesh"})',
          },
        }),
      ],
    },
    {
      heightUnits: 8,
      panels: [
        curve({
          title: 'Claims in an hour',
          description: 'Lost ones are contention.',
          lines: {
            '{{kind}} {{outcome}}': 'mesh_kind_outcome:bzzz_work_claims:increase1h{mesh="$mesh"}',
          },
        }),
        curve({
          title: 'Tasks that each peer holds',
          lines: {
            '{{peer}}':
              'sum by (peer) (bzzz_tasks_held{mesh="$mesh", state=~"claimed|running|helping|publishing|verifying"})',
          },
          stacked: true,
        }),
      ],
    },
    {
      heightUnits: 8,
      panels: [
        curve({
          title: 'Attempts that ended, in an hour',
          lines: {
            '{{outcome}}': 'mesh_outcome:bzzz_work_attempts_ended:increase1h{mesh="$mesh"}',
          },
          stacked: true,
        }),
        curve({
          title: 'How long an attempt takes',
          unit: 's',
          lines: {
            '{{outcome}}':
              'sum by (outcome) (increase(bzzz_work_attempt_seconds_total{mesh="$mesh"}[1h])) / sum by (outcome) (increase(bzzz_work_attempts_ended_total{mesh="$mesh"}[1h]) > 0)',
          },
        }),
        curve({
          title: 'How commands ended',
          lines: {
            '{{end}}':
              'sum by (end) (increase(bzzz_work_sandbox_commands_total{mesh="$mesh"}[$__rate_interval]))',
          },
          stacked: true,
        }),
        curve({
          title: 'Hosts that the sandbox refused',
          lines: {
            '{{peer}}':
              'increase(bzzz_work_sandbox_network_refused_total{mesh="$mesh"}[$__rate_interval])',
          },
        }),
      ],
    },
    {
      heightUnits: 8,
      panels: [
        curve({
          title: 'Verdicts in an hour',
          lines: {
            'given: {{outcome}}':
              'sum by (outcome) (increase(bzzz_verdicts_given_total{mesh="$mesh"}[1h]))',
            'heard: {{outcome}}':
              'sum by (outcome) (increase(bzzz_verdicts_heard_total{mesh="$mesh"}[1h]))',
          },
        }),
        curve({
          title: 'Help in an hour',
          lines: {
            'asked: {{outcome}}':
              'sum by (outcome) (increase(bzzz_help_asked_total{mesh="$mesh"}[1h]))',
            'given: {{outcome}}':
              'sum by (outcome) (increase(bzzz_help_given_total{mesh="$mesh"}[1h]))',
          },
        }),
        curve({
          title: 'Tokens of models in an hour',
          lines: {
            '{{direction}}':
              'sum by (direction) (increase(bzzz_model_tokens_total{mesh="$mesh"}[1h]))',
          },
        }),
        curve({
          title: 'Cost of models in an hour',
          unit: 'currencyUSD',
          lines: {
            '{{peer}}': 'increase(bzzz_model_cost_dollars_total{mesh="$mesh"}[1h])',
          },
          stacked: true,
        }),
      ],
    },
  ],
});
