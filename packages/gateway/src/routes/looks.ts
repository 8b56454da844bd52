/** Everything that only looks. */
import {
  DoctorAnswer,
  EntriesAnswer,
  EntriesQuery,
  HealthAnswer,
  OffersAnswer,
  OffersQuery,
  OutputAnswer,
  OutputQuery,
  PeersAnswer,
  StatusAnswer,
  TasksAnswer,
  TaskStoryAnswer,
  VerifiedAnswer,
  WhyPeerAnswer,
  WhyTaskAnswer,
} from '@bzzz/protocol/api';
import { z } from 'zod';
import { type App, problems, type RouteDeps } from './context.ts';
import { oncePerObject } from './texts.ts';

const view = { scope: 'view' } as const;
/** Of one address in a minute. */
const verifiesMax = 6;
const ById = z.object({ id: z.string().max(200) });

export function looks(app: App, { operations, signalOf }: RouteDeps): void {
  app.get(
    '/api/v1/health',
    {
      config: { scope: 'none' },
      schema: {
        summary: 'Whether the peer runs',
        response: { 200: z.object({ status: z.literal('ok') }), ...problems },
      },
    },
    () => ({ status: 'ok' as const }),
  );
  app.get(
    '/api/v1/status',
    {
      config: view,
      schema: {
        summary: 'How this peer is, what is wrong first',
        response: { 200: StatusAnswer, ...problems },
      },
    },
    () => operations.status(),
  );
  app.get(
    '/api/v1/peers',
    {
      config: view,
      schema: {
        summary: 'The mesh as this peer sees it',
        response: { 200: PeersAnswer, ...problems },
      },
    },
    () => operations.peers(),
  );
  app.get(
    '/api/v1/offers',
    {
      config: view,
      schema: {
        summary: 'What the policy of a repository offers to whoever files an issue',
        querystring: OffersQuery,
        response: { 200: OffersAnswer, ...problems },
      },
    },
    (request, reply) => operations.offers(request.query, signalOf(reply)),
  );
  app.get(
    '/api/v1/tasks',
    {
      config: view,
      schema: {
        summary: 'All tasks that this peer knows',
        response: { 200: TasksAnswer, ...problems },
      },
      // Many look at it, and between two of its changes all are told the same.
      serializerCompiler: oncePerObject,
    },
    (_, reply) => operations.tasks(signalOf(reply)),
  );
  app.get(
    '/api/v1/tasks/:id',
    {
      config: view,
      schema: {
        summary: 'One task with its whole story',
        params: ById,
        response: { 200: TaskStoryAnswer, ...problems },
      },
    },
    ({ params }, reply) => operations.task(params.id, signalOf(reply)),
  );
  app.get(
    '/api/v1/tasks/:id/output',
    {
      // A wall screen is read by whoever passes, and what is printed may be a whole private file.
      config: { scope: 'output' },
      schema: {
        summary: 'What its attempt prints, wherever it runs, after a position of an earlier answer',
        params: ById,
        querystring: OutputQuery,
        response: { 200: OutputAnswer, ...problems },
      },
    },
    ({ params, query }, reply) => operations.output(params.id, query, signalOf(reply)),
  );
  app.get(
    '/api/v1/tasks/:id/verify',
    {
      // Each is a few reads of the forge, as the account that the peers work with.
      config: { ...view, rateLimit: { max: verifiesMax, timeWindow: 60_000 } },
      schema: {
        summary: 'Whether members found the same as the certificate of its result says',
        params: ById,
        response: { 200: VerifiedAnswer, ...problems },
      },
    },
    ({ params }, reply) => operations.verify(params.id, signalOf(reply)),
  );
  app.get(
    '/api/v1/why/tasks/:id',
    {
      config: view,
      schema: {
        summary: 'For every peer its reason to take the task or not',
        params: ById,
        response: { 200: WhyTaskAnswer, ...problems },
      },
    },
    ({ params }, reply) => operations.whyTask(params.id, signalOf(reply)),
  );
  app.get(
    '/api/v1/why/peers/:id',
    {
      config: view,
      schema: {
        summary: 'Why a peer is idle',
        params: ById,
        response: { 200: WhyPeerAnswer, ...problems },
      },
    },
    ({ params }, reply) => operations.whyPeer(params.id, signalOf(reply)),
  );
  app.get(
    '/api/v1/entries',
    {
      config: view,
      schema: {
        summary: 'Entries of all journals that are here, oldest first',
        querystring: EntriesQuery,
        response: { 200: EntriesAnswer, ...problems },
      },
    },
    ({ query }, reply) => operations.entries({ ...query, follow: false }, signalOf(reply)),
  );
  app.get(
    '/api/v1/health/machine',
    {
      config: view,
      schema: {
        summary: 'How the machine of this peer is, and what was done about it',
        response: { 200: HealthAnswer, ...problems },
      },
    },
    () => operations.health(),
  );
  app.get(
    '/api/v1/doctor',
    {
      config: view,
      schema: {
        summary: 'What this peer needs, and whether it is there',
        response: { 200: DoctorAnswer, ...problems },
      },
    },
    async (_request, reply) => ({ checks: await operations.doctor(signalOf(reply)) }),
  );
}
