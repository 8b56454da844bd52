/** Peers that are set aside since their journals tell two stories, and what a person decides about them. */
import { KeepAnswer, LiftAnswer, LiftRequest, QuarantineAnswer } from '@bzzz/protocol/api';
import { type App, askerOf, problems, type RouteDeps } from './context.ts';

export function quarantine(app: App, { operations, signalOf }: RouteDeps): void {
  app.get(
    '/api/v1/quarantine',
    {
      config: { scope: 'view' },
      schema: {
        summary: 'Peers that are set aside, each with the proof',
        response: { 200: QuarantineAnswer, ...problems },
      },
    },
    () => operations.quarantine(),
  );
  app.post(
    '/api/v1/quarantine/lift',
    {
      config: { scope: 'operate' },
      schema: {
        summary: 'Trusts a peer again; what it contradicted until now counts no more',
        body: LiftRequest,
        response: { 200: LiftAnswer, ...problems },
      },
    },
    (request, reply) =>
      operations.liftQuarantine(request.body.peer, askerOf(request, signalOf(reply))),
  );
  app.post(
    '/api/v1/quarantine/keep',
    {
      config: { scope: 'operate' },
      schema: {
        summary: 'Says in the journal that a person looked, and that the peer stays set aside',
        body: LiftRequest,
        response: { 200: KeepAnswer, ...problems },
      },
    },
    (request, reply) =>
      operations.keepQuarantine(request.body.peer, askerOf(request, signalOf(reply))),
  );
}
