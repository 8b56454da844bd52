/**
 * Names and codecs of everything that goes over the wire. A topic, a channel or a stream protocol
 * is data: name, version, codec, limits. Its full name is built and read here and nowhere else.
 */
import { z } from 'zod';
import { byteString } from './bytes.ts';
import { type Codec, createCodec } from './cbor.ts';
import { HeadsMessage } from './heads.ts';
import { HelpRequest, HelpResponse } from './help.ts';
import type { MeshName } from './ids.ts';
import { limits } from './limits.ts';
import { KnockRequest, KnockResponse } from './invite.ts';
import {
  MembersRequest,
  MembersResponse,
  NetworkKeyRequest,
  NetworkKeyResponse,
} from './members.ts';
import { Capabilities, HealthNote, Heartbeat, TaskHint } from './messages.ts';
import { OutputRequest, OutputResponse } from './output.ts';
import { PeerOrderRequest, PeerOrderResponse } from './peer-order.ts';
import { VerifyRequest, VerifyResponse } from './verdict.ts';
import { WhyRequest, WhyResponse } from './why.ts';

/** Wire versions that this build understands. */
export const wireVersions = { min: 1, max: 1 } as const;

export interface Topic<T> {
  readonly name: string;
  readonly version: number;
  readonly codec: Codec<T>;
}

/** A request with one response on a stream of its own protocol. */
export interface RequestProtocol<Request, Response> {
  readonly name: string;
  readonly version: number;
  readonly request: Codec<Request>;
  readonly response: Codec<Response>;
  readonly timeoutMs: number;
  /** Requests of one peer that are answered a second; more are refused. */
  readonly requestsPerSecondMax: number;
  /** Requests of one peer that may be open at once. */
  readonly inFlightMax: number;
}

/**
 * Tiny messages, one way, over one long-lived stream to each connected peer: in order, at most
 * once, delivered or lost. One message is one frame; nothing answers it but another message.
 */
export interface Channel<T> {
  readonly name: string;
  readonly version: number;
  /** Its `bytesMax` is also the largest frame that a receiver reads. */
  readonly codec: Codec<T>;
  /** Messages of one peer that are heard a second, and the largest burst; more are dropped. */
  readonly messagesPerSecondMax: number;
  /** Bytes that may wait for one peer that takes nothing at present; more are not taken. */
  readonly waitingBytesMax: number;
}

function topic<S extends z.ZodType>(name: string, schema: S): Topic<z.output<S>> {
  const codec = createCodec({ name, schema, bytesMax: limits.gossipMessageBytesMax });
  return { name, version: 1, codec };
}

export const topics = {
  capabilities: topic('capabilities', Capabilities),
  tasks: topic('tasks', TaskHint),
  health: topic('health', HealthNote),
  heads: topic('heads', HeadsMessage),
} as const;

/** Direct and indirect probes. Version 1 of the name was a request with one response. */
export const heartbeatChannel: Channel<Heartbeat> = {
  name: 'heartbeat',
  version: 2,
  codec: createCodec({ name: 'heartbeat', schema: Heartbeat, bytesMax: 256 }),
  messagesPerSecondMax: 200,
  waitingBytesMax: 4 * 1024,
};

/** A peer asks each other one once for a person who wants to know. */
export const whyProtocol: RequestProtocol<WhyRequest, WhyResponse> = {
  name: 'why',
  version: 1,
  request: createCodec({ name: 'why request', schema: WhyRequest, bytesMax: 512 }),
  response: createCodec({
    name: 'why response',
    schema: WhyResponse,
    bytesMax: limits.streamMessageBytesMax,
  }),
  timeoutMs: 3_000,
  requestsPerSecondMax: 10,
  inFlightMax: 8,
};

/** A peer asks who works on a task what its attempt prints, again and again while a person watches. */
export const outputProtocol: RequestProtocol<OutputRequest, OutputResponse> = {
  name: 'output',
  version: 1,
  request: createCodec({ name: 'output request', schema: OutputRequest, bytesMax: 512 }),
  response: createCodec({
    name: 'output response',
    schema: OutputResponse,
    bytesMax: limits.streamMessageBytesMax,
  }),
  timeoutMs: 3_000,
  requestsPerSecondMax: 20,
  inFlightMax: 8,
};

/** A person at one peer tells another one to drain, to pause, or to go on. */
export const orderProtocol: RequestProtocol<PeerOrderRequest, PeerOrderResponse> = {
  name: 'order',
  version: 1,
  request: createCodec({ name: 'order request', schema: PeerOrderRequest, bytesMax: 1024 }),
  response: createCodec({ name: 'order response', schema: PeerOrderResponse, bytesMax: 4 * 1024 }),
  // It writes its journal first.
  timeoutMs: 10_000,
  requestsPerSecondMax: 2,
  inFlightMax: 2,
};

/** Asks a peer to run the acceptance of a result itself; and again, until it has an answer. */
export const verifyProtocol: RequestProtocol<VerifyRequest, VerifyResponse> = {
  name: 'verify',
  version: 1,
  request: createCodec({ name: 'verify request', schema: VerifyRequest, bytesMax: 512 }),
  response: createCodec({
    name: 'verify response',
    schema: VerifyResponse,
    bytesMax: 2 * limits.verdictBytesMax,
  }),
  timeoutMs: 5_000,
  requestsPerSecondMax: 20,
  inFlightMax: 16,
};

/** One branch of a request for help: opened, kept alive, dropped; each call is answered at once. */
export const helpProtocol: RequestProtocol<HelpRequest, HelpResponse> = {
  name: 'help',
  version: 1,
  request: createCodec({
    name: 'task_help_request',
    schema: HelpRequest,
    bytesMax: limits.helpMessageBytesMax + 4 * 1024,
  }),
  response: createCodec({
    name: 'task_help_response',
    schema: HelpResponse,
    bytesMax: limits.helpMessageBytesMax + 4 * 1024,
  }),
  timeoutMs: 5_000,
  requestsPerSecondMax: 40,
  inFlightMax: 16,
};

/** Asks for the operator's list of members; the one thing that strangers are answered, too. */
export const membersProtocol: RequestProtocol<MembersRequest, MembersResponse> = {
  name: 'members',
  version: 1,
  request: createCodec({ name: 'members request', schema: MembersRequest, bytesMax: 64 }),
  response: createCodec({
    name: 'members response',
    schema: MembersResponse,
    bytesMax: limits.memberListBytesMax + 256,
  }),
  timeoutMs: 5_000,
  requestsPerSecondMax: 4,
  inFlightMax: 2,
};

/** Asks a member for a network key that the list of members names and we have not got. */
export const networkKeyProtocol: RequestProtocol<NetworkKeyRequest, NetworkKeyResponse> = {
  name: 'network-key',
  version: 1,
  request: createCodec({ name: 'network key request', schema: NetworkKeyRequest, bytesMax: 64 }),
  response: createCodec({
    name: 'network key response',
    schema: NetworkKeyResponse,
    bytesMax: 256,
  }),
  timeoutMs: 5_000,
  requestsPerSecondMax: 4,
  inFlightMax: 2,
};

/** At the door, outside of the network key: somebody new shows an invite. */
export const knockProtocol: RequestProtocol<KnockRequest, KnockResponse> = {
  name: 'knock',
  version: 1,
  request: createCodec({ name: 'knock request', schema: KnockRequest, bytesMax: 512 }),
  response: createCodec({
    name: 'knock response',
    schema: KnockResponse,
    bytesMax: limits.memberListBytesMax + 8 * 1024,
  }),
  timeoutMs: 10_000,
  requestsPerSecondMax: 2,
  inFlightMax: 1,
};

/** Hypercore replication; a raw stream, gated by peer id. */
export const journalProtocol = { name: 'journal', version: 1 } as const;

/**
 * Where an envelope's messages stand among all that its sender published to the topic, so that whoever
 * hears later ones knows what was lost on the way.
 */
export const EnvelopePosition = z.object({
  /** Another with each start of the sender, which counts from 0 again. */
  run: z.int().min(0),
  /** Messages that it published to the topic before these. */
  first: z.int().min(0),
});
export type EnvelopePosition = z.infer<typeof EnvelopePosition>;

/** One gossiped envelope: many small messages under one signature of their sender. */
export const Envelope = z.object({
  messages: z
    .array(byteString(limits.gossipMessageBytesMax))
    .min(1)
    .max(limits.envelopeMessagesMax),
  /** Absent: the sender does not count. */
  position: EnvelopePosition.optional(),
});
export type Envelope = z.infer<typeof Envelope>;
export const envelopeCodec = createCodec({
  name: 'envelope',
  schema: Envelope,
  bytesMax: limits.envelopeBytesMax,
});

/** `/bzzz/<name>/<version>` */
export function protocolId(protocol: { name: string; version: number }): string {
  return `/bzzz/${protocol.name}/${protocol.version}`;
}

/** `bzzz/<mesh>/<name>/<version>` */
export function topicName(mesh: MeshName, one: { name: string; version: number }): string {
  return `bzzz/${mesh}/${one.name}/${one.version}`;
}

/** The parts of a topic's full name, or undefined when it is not one of ours. */
export function parseTopicName(
  full: string,
): { mesh: string; name: string; version: number } | undefined {
  const match = /^bzzz\/([a-z0-9][a-z0-9-]{0,39})\/([a-z-]{1,40})\/([1-9][0-9]{0,3})$/.exec(full);
  const [, mesh, name, version] = match ?? [];
  if (mesh === undefined || name === undefined) return undefined;
  return { mesh, name, version: Number(version) };
}
