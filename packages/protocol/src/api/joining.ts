import { z } from 'zod';
import { PeerId } from '../ids.ts';
import { MemberName } from '../members.ts';

const minuteMs = 60_000;

export const InviteRequest = z.strictObject({
  /** How long somebody may come in by it. */
  lastsMs: z
    .int()
    .min(minuteMs)
    .max(7 * 24 * 60 * minuteMs)
    .default(60 * minuteMs),
  /** Further names or addresses by which this machine is reached. */
  hosts: z
    .array(
      z
        .string()
        .regex(/^(?:[A-Za-z0-9.-]{1,253}|[0-9A-Fa-f:.]{2,45})$/, 'not a host name or address'),
    )
    .max(4)
    .default([]),
});
export type InviteRequest = z.input<typeof InviteRequest>;

export const InviteAnswer = z.object({
  code: z.string(),
  expiresAtMs: z.number(),
  /** Where whoever has it will knock. */
  doors: z.array(z.string()),
});

export const AdmitRequest = z.strictObject({ peer: PeerId, name: MemberName });
/** Name, id, or the end of the id. */
export const RemoveRequest = z.strictObject({ peer: z.string().min(1).max(100) });
/** Who was admitted, or removed. */
export const MemberAnswer = z.object({ peer: z.string(), name: z.string(), serial: z.number() });

/** Which network key is in force, and who of the members that are connected has not got it yet. */
export const NetworkKeyAnswer = z.object({ serial: z.number() });

export const MembersAnswer = z.object({
  /** Null: the mesh has no operator, and whoever has its network key is a member. */
  operator: z.string().nullable(),
  /** Whether this machine holds the operator's key. */
  holdsKey: z.boolean(),
  serial: z.number(),
  networkKeySerial: z.number(),
  members: z.array(
    z.object({
      peer: z.string(),
      name: z.string(),
      sinceMs: z.number(),
      self: z.boolean(),
      connected: z.boolean(),
    }),
  ),
  /** Who tried to take part lately, and is no member. */
  strangers: z.array(z.object({ peer: z.string(), agoMs: z.number() })),
});
export type MembersAnswer = z.infer<typeof MembersAnswer>;
