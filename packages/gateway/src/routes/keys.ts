import type { Operations } from '@bzzz/peer';
import { BzzzError } from '@bzzz/protocol';
import { KeyRequest, KeysAnswer, NewKeyAnswer } from '@bzzz/protocol/api';
import { z } from 'zod';
import { type Keys, scopesOf } from '../access/keys.ts';
import { type App, problems } from './context.ts';

export interface KeyRouteDeps {
  readonly keys: Keys;
  readonly operations: Pick<Operations, 'acted'>;
  /** Wall clock. */
  readonly nowMs: () => number;
}

const admin = { scope: 'admin' } as const;

export function keyRoutes(app: App, { keys, operations, nowMs }: KeyRouteDeps): void {
  app.get(
    '/api/v1/keys',
    {
      config: admin,
      schema: { summary: 'All keys but the own one', response: { 200: KeysAnswer, ...problems } },
    },
    async () => ({ keys: await keys.list() }),
  );
  app.post(
    '/api/v1/keys',
    {
      config: admin,
      schema: {
        summary:
          'Makes a key, with a role or with scopes, that may do no more than the one that asks',
        body: KeyRequest,
        response: { 201: NewKeyAnswer, ...problems },
      },
    },
    async ({ body, caller }, reply) => {
      if (caller === null) throw new BzzzError('gateway_unauthorized', 'no key came with it');
      const as = 'role' in body ? `${body.role}, ` : '';
      const about = `${body.name}: ${as}${scopesOf(body).join(', ')}`;
      await operations.acted('key.make', about, { by: caller.name });
      const { key, token } = await keys.make(body, caller, nowMs());
      return reply.code(201).send({ ...key, token });
    },
  );
  app.delete(
    '/api/v1/keys/:name',
    {
      config: admin,
      schema: {
        summary: 'Takes a key away, and every session with it',
        params: z.object({ name: z.string().max(64) }),
        response: { 204: z.null(), ...problems },
      },
    },
    async ({ params, caller }, reply) => {
      await operations.acted('key.remove', params.name, { by: caller?.name ?? 'nobody' });
      await keys.remove(params.name);
      return reply.code(204).send(null);
    },
  );
}
