/** The other end of the control socket. */
import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { createInterface } from 'node:readline';
import {
  BzzzError,
  complaints,
  type ErrorCode,
  errorRegistry,
  isBzzzError,
  reasonOf,
} from '@bzzz/protocol';
import type { z } from 'zod';
import { layoutOf } from '../folder/layout.ts';
import {
  CertificatesAnswer,
  DoctorAnswer,
  DrillAnswer,
  ErrorAnswer,
  InviteAnswer,
  LiftAnswer,
  LogLine,
  LookAnswer,
  MemberAnswer,
  MembersAnswer,
  NetworkKeyAnswer,
  OrderAnswer,
  OutputAnswer,
  PauseAnswer,
  PeerOrderAnswer,
  PeersAnswer,
  QuarantineAnswer,
  RebuildAnswer,
  RefreshAnswer,
  StatusAnswer,
  StopAnswer,
  StreamEvent,
  StoryEntry,
  SubmitAnswer,
  TasksAnswer,
  TaskStoryAnswer,
  WhyPeerAnswer,
  WhyTaskAnswer,
} from '@bzzz/protocol/api';
import type {
  AdmitRequest,
  DoctorNetRequest,
  DrillRequest,
  InviteRequest,
  LiftRequest,
  OrderRequest,
  PauseRequest,
  PeerOrderAsked,
  RemoveRequest,
  SubmitRequest,
} from '@bzzz/protocol/api';
import { userHeader } from './router.ts';
import { findSocketPath } from './socket-path.ts';

interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface LogOptions extends CallOptions {
  /** Position of the first entry; or, with `last`, so many of the newest. */
  readonly from?: number;
  readonly last?: number;
  /** Go on with what is appended later, until the peer stops. */
  readonly follow?: boolean;
}

/**
 * Every method throws `peer_not_running`, `control_answer_invalid`, `aborted`, and whatever the
 * peer answers.
 */
/** What of all journals is wanted; what is left out does not matter. */
interface HistoryOptions extends CallOptions {
  /** Name, id, or the end of the id. */
  readonly peer?: string;
  /** Number, or `owner/name#number`. */
  readonly task?: string;
  /** Kinds of entries, separated by commas. */
  readonly kind?: string;
  readonly sinceMs?: number;
  readonly untilMs?: number;
  /** Words, or how they begin. */
  readonly text?: string;
  readonly last?: number;
  readonly follow?: boolean;
}

interface OutputOptions extends CallOptions {
  /** `position` of the answer before; absent: from the oldest that is kept. */
  readonly after?: string;
}

interface EventOptions extends CallOptions {
  /** Begin with so many of the newest entries. */
  readonly last?: number;
}

export interface ControlClient {
  status(options?: CallOptions): Promise<z.infer<typeof StatusAnswer>>;
  peers(options?: CallOptions): Promise<z.infer<typeof PeersAnswer>>;
  tasks(options?: CallOptions): Promise<z.infer<typeof TasksAnswer>>;
  /** `owner/name#42`, or `42` where one repository has it. Throws `task_unknown`. */
  task(id: string, options?: CallOptions): Promise<z.infer<typeof TaskStoryAnswer>>;
  /** What its attempt prints, after a position of an earlier answer. Throws `task_unknown`. */
  output(id: string, options?: OutputOptions): Promise<OutputAnswer>;
  /** The same names of a task; one that this peer has not seen is asked for all the same. */
  whyTask(id: string, options?: CallOptions): Promise<WhyTaskAnswer>;
  /** By name, id, or the end of the id. Throws `peer_unknown`. */
  whyPeer(id: string, options?: CallOptions): Promise<WhyPeerAnswer>;
  logs(options?: LogOptions): AsyncIterable<LogLine>;
  /** What all the journals there tell, oldest first. Throws `peer_unknown`, `task_unknown`. */
  history(options?: HistoryOptions): AsyncIterable<StoryEntry>;
  /** How things stand there, then what happens, until the signal or the end of the peer. */
  events(options?: EventOptions): AsyncIterable<StreamEvent>;
  /** Reads all journals into the index anew. */
  rebuildIndex(options?: CallOptions): Promise<z.infer<typeof RebuildAnswer>>;
  /** Looks at a repository, or at all, now. */
  look(request: { repo?: string }, options?: CallOptions): Promise<z.infer<typeof LookAnswer>>;
  submit(request: SubmitRequest, options?: CallOptions): Promise<SubmitAnswer>;
  /** Says it to all peers, by a comment on the issue. */
  order(
    id: string,
    request: OrderRequest,
    options?: CallOptions,
  ): Promise<z.infer<typeof OrderAnswer>>;
  /** Of a pull request: `owner/name#n`, or `n` where the peer works on one repository. */
  certificates(id: string, options?: CallOptions): Promise<CertificatesAnswer>;
  doctor(options?: CallOptions): Promise<z.infer<typeof DoctorAnswer>>;
  /** What stands between the peer and others, those at these multiaddrs among them. */
  doctorNet(
    request: z.infer<typeof DoctorNetRequest>,
    options?: CallOptions,
  ): Promise<z.infer<typeof DoctorAnswer>>;
  /** Looks anew for what its machine has to offer; resolves when it has looked. */
  refresh(options?: CallOptions): Promise<z.infer<typeof RefreshAnswer>>;
  /** Has a peer, by default this one, or all of them, drain, pause or go on. */
  orderPeer(request: PeerOrderAsked, options?: CallOptions): Promise<PeerOrderAnswer>;
  /** The same as switches, and for one task. */
  pause(
    request: z.infer<typeof PauseRequest>,
    options?: CallOptions,
  ): Promise<z.infer<typeof PauseAnswer>>;
  quarantine(options?: CallOptions): Promise<QuarantineAnswer>;
  lift(
    request: z.infer<typeof LiftRequest>,
    options?: CallOptions,
  ): Promise<z.infer<typeof LiftAnswer>>;
  /** Who belongs to the mesh, by the list of its operator. */
  members(options?: CallOptions): Promise<MembersAnswer>;
  invite(request: InviteRequest, options?: CallOptions): Promise<z.infer<typeof InviteAnswer>>;
  admit(
    request: z.infer<typeof AdmitRequest>,
    options?: CallOptions,
  ): Promise<z.infer<typeof MemberAnswer>>;
  /** By name, id, or the end of the id. */
  remove(
    request: z.infer<typeof RemoveRequest>,
    options?: CallOptions,
  ): Promise<z.infer<typeof MemberAnswer>>;
  /** Puts another network key in force. */
  changeNetworkKey(options?: CallOptions): Promise<z.infer<typeof NetworkKeyAnswer>>;
  /** Puts into its journal what is about to be done to it from outside. */
  noteDrill(request: DrillRequest, options?: CallOptions): Promise<z.infer<typeof DrillAnswer>>;
  stop(options?: CallOptions): Promise<z.infer<typeof StopAnswer>>;
}

/** `user`: who asks, for the journal of the peer. */
export function createControlClient(
  dataDir: string,
  { user }: { readonly user?: string | undefined } = {},
): ControlClient {
  const ask = async (
    method: string,
    path: string,
    options: AskOptions,
  ): Promise<IncomingMessage> => {
    const socketPath = await findSocketPath(layoutOf(dataDir));
    const response = await exchange({ method, path, socketPath, dataDir, user, ...options });
    if ((response.statusCode ?? 500) >= 400) throw errorOf(await read(response, options.signal));
    return response;
  };
  const read = async (response: IncomingMessage, signal: AbortSignal | undefined) => {
    try {
      return await textOf(response);
    } catch (error) {
      throw broken(error, { dataDir, signal });
    }
  };
  const get = async <S extends z.ZodType>(schema: S, path: string, options: CallOptions = {}) =>
    checked(schema, await read(await ask('GET', path, options), options.signal));
  const post = async <S extends z.ZodType>(
    schema: S,
    path: string,
    body: unknown,
    options: CallOptions = {},
  ) => checked(schema, await read(await ask('POST', path, { ...options, body }), options.signal));

  async function* lines<S extends z.ZodType>(
    schema: S,
    path: string,
    query: Readonly<Record<string, string | number | boolean | undefined>>,
    signal: AbortSignal | undefined,
  ): AsyncIterable<z.output<S>> {
    const said = Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    );
    const where = `${path}?${new URLSearchParams(said).toString()}`;
    const response = await ask('GET', where, signal === undefined ? {} : { signal });
    try {
      for await (const line of createInterface({ input: response })) yield checked(schema, line);
    } catch (error) {
      throw broken(error, { dataDir, signal });
    }
  }

  return {
    status: (options) => get(StatusAnswer, '/status', options),
    peers: (options) => get(PeersAnswer, '/peers', options),
    tasks: (options) => get(TasksAnswer, '/tasks', options),
    task: (id, options) => get(TaskStoryAnswer, `/tasks/${encodeURIComponent(id)}`, options),
    output(id, { after, signal } = {}) {
      const query = after === undefined ? '' : `?${new URLSearchParams({ after }).toString()}`;
      const path = `/tasks/${encodeURIComponent(id)}/output${query}`;
      return get(OutputAnswer, path, signal === undefined ? {} : { signal });
    },
    whyTask: (id, options) => get(WhyTaskAnswer, `/why/task/${encodeURIComponent(id)}`, options),
    whyPeer: (id, options) => get(WhyPeerAnswer, `/why/peer/${encodeURIComponent(id)}`, options),
    async *logs({ from, last, follow = false, signal } = {}) {
      yield* lines(LogLine, '/logs', { from, last, follow }, signal);
    },
    async *history({ signal, ...query } = {}) {
      yield* lines(StoryEntry, '/history', query, signal);
    },
    async *events({ last, signal } = {}) {
      yield* lines(StreamEvent, '/events', { last }, signal);
    },
    rebuildIndex: (options) => post(RebuildAnswer, '/index/rebuild', {}, options),
    look: (request, options) => post(LookAnswer, '/look', request, options),
    submit: (request, options) => post(SubmitAnswer, '/submit', request, options),
    order: (id, request, options) =>
      post(OrderAnswer, `/tasks/${encodeURIComponent(id)}/orders`, request, options),
    certificates: (id, options) =>
      get(CertificatesAnswer, `/certificates/${encodeURIComponent(id)}`, options),
    doctor: (options) => get(DoctorAnswer, '/doctor', options),
    doctorNet: (request, options) => post(DoctorAnswer, '/doctor/net', request, options),
    refresh: (options) => post(RefreshAnswer, '/refresh', {}, options),
    orderPeer: (request, options) => post(PeerOrderAnswer, '/peers/orders', request, options),
    pause: (request, options) => post(PauseAnswer, '/pause', request, options),
    quarantine: (options) => get(QuarantineAnswer, '/quarantine', options),
    lift: (request, options) => post(LiftAnswer, '/quarantine/lift', request, options),
    members: (options) => get(MembersAnswer, '/members', options),
    invite: (request, options) => post(InviteAnswer, '/members/invite', request, options),
    admit: (request, options) => post(MemberAnswer, '/members/admit', request, options),
    remove: (request, options) => post(MemberAnswer, '/members/remove', request, options),
    changeNetworkKey: (options) => post(NetworkKeyAnswer, '/members/network-key', {}, options),
    noteDrill: (request, options) => post(DrillAnswer, '/drills', request, options),
    stop: (options) => post(StopAnswer, '/stop', {}, options),
  };
}

interface AskOptions extends CallOptions {
  readonly body?: unknown;
}

interface Ask extends AskOptions {
  readonly method: string;
  readonly path: string;
  readonly socketPath: string;
  readonly dataDir: string;
  readonly user: string | undefined;
}

async function exchange(ask: Ask): Promise<IncomingMessage> {
  const { method, path, socketPath, user, body, signal } = ask;
  const request = httpRequest({
    method,
    path,
    socketPath,
    headers: {
      'content-type': 'application/json',
      ...(user === undefined ? {} : { [userHeader]: encodeURIComponent(user) }),
    },
    ...(signal === undefined ? {} : { signal }),
  });
  try {
    request.end(body === undefined ? undefined : JSON.stringify(body));
    // Node promises exactly one argument of this type.
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return response;
  } catch (error) {
    throw broken(error, ask);
  }
}

/** The connection could not be had, or broke. */
function broken(
  cause: unknown,
  { dataDir, signal }: { dataDir: string; signal?: AbortSignal | undefined },
): BzzzError {
  if (isBzzzError(cause)) return cause;
  if (signal?.aborted === true) return new BzzzError('aborted', 'cancelled', { cause });
  return new BzzzError('peer_not_running', `no peer answers for ${dataDir}`, { cause });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  // A response without an encoding comes as buffers.
  for await (const piece of response) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
}

function checked<S extends z.ZodType>(schema: S, text: string): z.output<S> {
  const result = schema.safeParse(json(text));
  if (result.success) return result.data;
  throw new BzzzError('control_answer_invalid', complaints(result.error));
}

function errorOf(text: string): BzzzError {
  const { code, reason } = checked(ErrorAnswer, text);
  if (isErrorCode(code)) return new BzzzError(code, reason);
  return new BzzzError('control_answer_invalid', `${code}: ${reason}`);
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorRegistry, code);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BzzzError('control_answer_invalid', reasonOf(error), { cause: error });
  }
}
