/** Everything that changes something. Who asked stands in the journal first. */
import {
  HealAnswer,
  LookAnswer,
  LookRequest,
  PauseAnswer,
  PauseRequest,
  SubmitAnswer,
  SubmitRequest,
} from '@bzzz/protocol/api';
import { type App, askerOf, problems, type RouteDeps } from './context.ts';

export function orders(app: App, { operations, signalOf }: RouteDeps): void {
  app.post(
    '/api/v1/tasks',
    {
      config: { scope: 'submit' },
      schema: {
        summary: 'Files an issue',
        body: SubmitRequest,
        response: { 201: SubmitAnswer, ...problems },
      },
    },
    async (request, reply) => {
      const asker = askerOf(request, signalOf(reply));
      return reply.code(201).send(await operations.submit(request.body, asker));
    },
  );
  app.post(
    '/api/v1/pause',
    {
      config: { scope: 'operate' },
      schema: {
        summary: 'Stops new work here or everywhere, or all work here, or lets it go on',
        body: PauseRequest,
        response: { 200: PauseAnswer, ...problems },
      },
    },
    async (request, reply) => ({
      paused: await operations.pause(request.body, askerOf(request, signalOf(reply))),
    }),
  );
  app.post(
    '/api/v1/health/heal',
    {
      config: { scope: 'operate' },
      schema: {
        summary: 'Tries all that may help the machine, and harms nothing',
        response: { 200: HealAnswer, ...problems },
      },
    },
    (request, reply) => operations.heal(askerOf(request, signalOf(reply))),
  );
  app.post(
    '/api/v1/look',
    {
      config: { scope: 'operate' },
      schema: {
        summary: 'Looks at a repository, or at all, now',
        body: LookRequest,
        response: { 200: LookAnswer, ...problems },
      },
    },
    ({ body }) => ({ looking: [...operations.look(body.repo)] }),
  );
}
