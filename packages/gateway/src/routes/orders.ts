/** Everything that changes something. Who asked stands in the journal first. */
import {
  HealAnswer,
  LookAnswer,
  LookRequest,
  OrderAnswer,
  OrderRequest,
  PauseAnswer,
  PauseRequest,
  PeerOrderAnswer,
  PeerOrderAsked,
  SubmitAnswer,
  SubmitRequest,
} from '@bzzz/protocol/api';
import { z } from 'zod';
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
    '/api/v1/tasks/:id/orders',
    {
      config: { scope: 'operate' },
      schema: {
        summary:
          'Cancels a task, releases it to people, or has it tried again: by a comment on its issue',
        params: z.object({ id: z.string().max(200) }),
        body: OrderRequest,
        response: { 201: OrderAnswer, ...problems },
      },
    },
    async (request, reply) => {
      const { params, body } = request;
      const asker = askerOf(request, signalOf(reply));
      return reply.code(201).send(await operations.order(params.id, body.order, asker));
    },
  );
  app.post(
    '/api/v1/peers/orders',
    {
      config: { scope: 'operate' },
      schema: {
        summary:
          'Has a peer, by name, or all of them drain (nothing new, what runs is finished), pause (what runs stands still) or resume',
        body: PeerOrderAsked,
        response: { 200: PeerOrderAnswer, ...problems },
      },
    },
    (request, reply) => operations.orderPeer(request.body, askerOf(request, signalOf(reply))),
  );
  app.post(
    '/api/v1/pause',
    {
      config: { scope: 'operate' },
      schema: {
        summary:
          'The same as switches: drains this peer or the mesh, pauses its attempts or that at one task, or resumes them',
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
    async (request, reply) => {
      const asker = askerOf(request, signalOf(reply));
      return { looking: [...(await operations.look(request.body.repo, asker))] };
    },
  );
}
