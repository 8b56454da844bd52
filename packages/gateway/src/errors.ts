/** Errors as `application/problem+json` (RFC 9457), with the codes that the whole of bzzz uses. */
import { BzzzError, type ErrorCode, isBzzzError, reasonOf } from '@bzzz/protocol';
import type { FastifyError, FastifyReply } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { z } from 'zod';

export const ProblemAnswer = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number(),
    detail: z.string(),
    code: z.string(),
    reason: z.string(),
    advice: z.string(),
    retryable: z.boolean(),
  })
  .meta({ id: 'Problem', description: 'Why it was not done, and what to do.' });

/** Whatever was thrown, as one of ours. */
export function errorOf(thrown: unknown): BzzzError {
  if (isBzzzError(thrown)) return thrown;
  if (hasZodFastifySchemaValidationErrors(thrown)) {
    const said = thrown.validation.map(
      ({ instancePath, message }) =>
        `${instancePath.slice(1) || 'request'}: ${message ?? 'invalid'}`,
    );
    return new BzzzError('control_request_invalid', said.join('; ').slice(0, 500));
  }
  const ofFastify = codeOf(thrown);
  if (ofFastify !== undefined) return new BzzzError(ofFastify, reasonOf(thrown), { cause: thrown });
  return new BzzzError('defect', reasonOf(thrown), { cause: thrown });
}

/** Only for a defect of ours nothing of its reason goes out. */
export function problemOf({
  code,
  reason,
  advice,
  retryable,
  status,
}: BzzzError): z.infer<typeof ProblemAnswer> {
  const shown =
    code === 'defect' ? 'something went wrong here; the log of the peer says what' : reason;
  return {
    type: `urn:bzzz:error:${code}`,
    title: code.replaceAll('_', ' '),
    status,
    detail: shown,
    code,
    reason: shown,
    advice,
    retryable,
  };
}

export function sendProblem(reply: FastifyReply, error: BzzzError): FastifyReply {
  if (error.retryAfterMs !== undefined) {
    void reply.header('retry-after', Math.ceil(error.retryAfterMs / 1000));
  }
  return reply
    .code(error.status)
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(problemOf(error));
}

function codeOf(thrown: unknown): ErrorCode | undefined {
  const status = statusOf(thrown);
  if (status === undefined || status >= 500) return undefined;
  if (status === 404) return 'control_route_unknown';
  if (status === 413) return 'message_too_large';
  if (status === 429) return 'gateway_rate_limited';
  return 'control_request_invalid';
}

function statusOf(thrown: unknown): number | undefined {
  // Fastify's own errors tell the status that they would be answered with.
  return thrown instanceof Error ? (thrown as Partial<FastifyError>).statusCode : undefined;
}
