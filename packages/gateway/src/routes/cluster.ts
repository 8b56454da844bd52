/**
 * The cluster API that operators of the earlier system know, over the same operations. Shapes are as small as
 * they were; whoever wants more asks `/api/v1`.
 */
import { HealAnswer, type StatusAnswer } from '@bzzz/protocol/api';
import { BzzzError, limits, RepoName } from '@bzzz/protocol';
import { z } from 'zod';
import { type App, askerOf, problems, type RouteDeps } from './context.ts';

const view = { scope: 'view' } as const;

const Health = z.object({
  status: z.enum(['healthy', 'degraded']),
  problems: z.array(z.object({ code: z.string(), text: z.string(), advice: z.string() })),
});

const ClusterStatus = z.object({
  status: z.enum(['healthy', 'degraded']),
  mesh: z.string(),
  agents: z.object({ total: z.number(), live: z.number() }),
  tasks: z.record(z.string(), z.number()),
});

const Agent = z.object({
  id: z.string(),
  name: z.string(),
  status: z.enum(['busy', 'idle', 'paused']),
  running: z.number(),
  slots: z.number(),
  load: z.number(),
  capabilities: z.array(z.string()),
});

const ClusterTask = z.object({
  id: z.string(),
  title: z.string(),
  status: z.string(),
  agent: z.string().nullable(),
  epoch: z.number(),
  pullRequest: z.number().nullable(),
  reason: z.string().nullable(),
});

const ClusterSubmit = z.strictObject({
  repository: RepoName.optional(),
  title: z.string().trim().min(1).max(limits.titleCharsMax),
  description: z.string().max(limits.bodyCharsMax).default(''),
});

export function cluster(app: App, { operations, signalOf }: RouteDeps): void {
  app.get(
    '/health',
    {
      config: { scope: 'none' },
      schema: {
        summary: 'Whether the peer runs',
        response: { 200: z.object({ status: z.literal('ok') }) },
      },
    },
    () => ({ status: 'ok' as const }),
  );
  app.get(
    '/api/cluster/status',
    {
      config: view,
      schema: { summary: 'The mesh in numbers', response: { 200: ClusterStatus, ...problems } },
    },
    () => {
      const { mesh, tasks, problems: wrong } = operations.status();
      const { peers } = operations.peers();
      const live = peers.filter(({ liveness }) => liveness === 'alive').length;
      return {
        status: healthOf(wrong),
        mesh: mesh.name,
        agents: { total: peers.length, live },
        tasks,
      };
    },
  );
  app.get(
    '/api/cluster/health',
    {
      config: view,
      schema: { summary: 'What is wrong with this peer', response: { 200: Health, ...problems } },
    },
    () => {
      const { problems: wrong } = operations.status();
      return { status: healthOf(wrong), problems: wrong };
    },
  );
  app.get(
    '/api/cluster/agents/live',
    {
      config: view,
      schema: {
        summary: 'Peers that are alive',
        response: { 200: z.object({ agents: z.array(Agent) }), ...problems },
      },
    },
    () => ({
      agents: operations
        .peers()
        .peers.filter(({ liveness }) => liveness === 'alive')
        .map(({ id, name, running, slots, load, paused, executors, tools }) => ({
          id,
          name,
          status: paused
            ? ('paused' as const)
            : running > 0
              ? ('busy' as const)
              : ('idle' as const),
          running,
          slots,
          load,
          capabilities: [...executors, ...tools],
        })),
    }),
  );
  app.post(
    '/api/cluster/heal',
    {
      config: { scope: 'operate' },
      schema: {
        summary: 'Tries what may help the machine',
        response: { 200: HealAnswer, ...problems },
      },
    },
    (request, reply) => operations.heal(askerOf(request, signalOf(reply))),
  );
  app.get(
    '/api/cluster/healing/history',
    {
      config: view,
      schema: { summary: 'What was tried', response: { 200: HealAnswer, ...problems } },
    },
    () => ({ healings: operations.health().healings }),
  );
  app.post(
    '/api/cluster/task/submit',
    {
      config: { scope: 'submit' },
      schema: {
        summary: 'Files an issue',
        body: ClusterSubmit,
        response: { 201: z.object({ id: z.string(), url: z.string() }), ...problems },
      },
    },
    async (request, reply) => {
      const { repository, title, description } = request.body;
      const issue = { title, body: description, repo: repository };
      const asker = askerOf(request, signalOf(reply));
      const { repo, number, url } = await operations.submit(issue, asker);
      return reply.code(201).send({ id: `${repo}#${number}`, url });
    },
  );
  app.get(
    '/api/cluster/task/:id',
    {
      config: view,
      schema: {
        summary: 'How a task stands',
        params: z.object({ id: z.string().max(200) }),
        response: { 200: ClusterTask, ...problems },
      },
    },
    async ({ params }, reply) => {
      const { tasks } = await operations.tasks(signalOf(reply));
      const found = tasks.filter(
        ({ task }) => task === params.id || task.endsWith(`#${params.id}`),
      );
      const [task] = found;
      if (task === undefined || found.length > 1) {
        throw new BzzzError(
          'task_unknown',
          `${params.id} is ${found.length === 0 ? 'no' : 'more than one'} task`,
        );
      }
      const { task: id, title, state, holderName, epoch, pullRequest, reason } = task;
      return { id, title, status: state, agent: holderName, epoch, pullRequest, reason };
    },
  );
}

function healthOf(problems: StatusAnswer['problems']): 'healthy' | 'degraded' {
  return problems.some(({ severity }) => severity === 'error') ? 'degraded' : 'healthy';
}
