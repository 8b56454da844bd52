/**
 * What a peer and its worker say to each other. Both are of one release, yet all of it is checked on both
 * sides: a worker reads what models and tools say, and may be the worse for it.
 */
import type {
  CommandReport,
  ExecutorReport,
  HelpReport,
  PromptJob,
  PromptPart,
} from '@bzzz/coordination';
import {
  CliName,
  createCodec,
  errorRegistry,
  limits,
  ModelLeast,
  ModelName,
  PromptExecutor,
  Spent,
} from '@bzzz/protocol';
import { z } from 'zod';
import type { LaunchPlan } from '../cli/launch/plan.ts';
import { SessionId } from '../cli/sessions.ts';
import type { ModelDetails } from '../ollama/model/catalogue.ts';
import type { OllamaSettings } from '../ollama/options.ts';
import type { Ended, RunOutcome } from '../outcome.ts';

/** A report with all its commands is the longest; a piece of output has 64 KiB. */
const messageBytesMax = 16 * 1024 * 1024;

/** What a worker tells at once to whoever watches. */
export const printedCharsMax = 4_096;

const Text = z.string();
const Id = z.int().min(1);
const Count = z.int().min(0).nullable();
const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const Texts = z.record(Text, Text);

/** All of a type, so that one that is added there cannot be forgotten here. */
function namesIn<N extends string>(all: Readonly<Record<N, unknown>>) {
  // Sound: these are its keys, of which there is one at least.
  return z.enum(Object.keys(all) as [N, ...N[]]);
}

const sources: Record<PromptPart['source'], true> = {
  bzzz: true,
  maintainer: true,
  author: true,
  repository: true,
  reviewer: true,
  checks: true,
  peer: true,
  model: true,
  stranger: true,
};
const accesses: Record<NonNullable<PromptJob['access']>, true> = {
  change: true,
  run: true,
  look: true,
};
/** Every field of a job, so that one that comes later cannot be forgotten here. */
const jobFields = {
  kind: z.literal('prompt'),
  executors: z.array(PromptExecutor),
  models: z.array(ModelName),
  least: ModelLeast.exactOptional(),
  parts: z.array(z.strictObject({ source: namesIn(sources), text: Text })),
  commands: z.record(Text, z.array(Text)),
  turnsMax: z.int(),
  tokensMax: z.int(),
  network: z.array(Text).exactOptional(),
  lasting: z.array(Text).exactOptional(),
  access: namesIn(accesses).exactOptional(),
} satisfies Record<keyof PromptJob, z.ZodType>;
const Job: z.ZodType<PromptJob> = z.strictObject(jobFields);

const Details: z.ZodType<ModelDetails> = z.strictObject({
  name: ModelName,
  bytes: Count,
  family: Text.nullable(),
  parameterSize: Text.nullable(),
  contextTokens: Count,
  usesTools: z.boolean().nullable(),
  loaded: z.boolean(),
});

const Ollama: z.ZodType<OllamaSettings> = z.strictObject({
  url: Text,
  headers: Texts,
  contextTokensMax: z.number(),
  stallMs: z.number(),
  answerBytesMax: z.number(),
  commandMs: z.number(),
  lookMs: z.number(),
});

/** What a tool is told at its start. Its way to the model API, and the key for it, are the peer's. */
const Way = z.strictObject({ pass: Text, promptPath: Text, argv: z.array(Text).readonly() });

export const Work = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('ollama'),
    settings: Ollama,
    models: z.array(Details).readonly(),
  }),
  z.strictObject({
    kind: z.literal('cli'),
    name: CliName,
    model: Text.nullable(),
    program: Text,
    way: Way,
    /** A session of an earlier attempt; null: there is none. */
    earlier: SessionId.nullable(),
  }),
]);
export type Work = z.infer<typeof Work>;

const Command: z.ZodType<CommandReport> = z.strictObject({
  argv: z.array(Text),
  exitCode: z.int().nullable(),
  elapsedMs: z.number(),
  outputTail: Text,
});

const endings: Record<Ended, true> = {
  exit: true,
  signal: true,
  time: true,
  output: true,
  memory: true,
  processes: true,
  disk: true,
};
const Outcome: z.ZodType<RunOutcome> = z.strictObject({
  report: Command,
  ended: namesIn(endings),
  reason: Text,
});

/** As they stand when a run of the tool has ended. */
const WayCounts = z.strictObject({
  answers: z.int().min(0),
  answered: z.int().min(0),
  objection: Text.nullable(),
  /** Hosts that were asked for and not reached. */
  refused: z.array(Text),
});
export type WayCounts = z.infer<typeof WayCounts>;

const Help: z.ZodType<HelpReport> = z.strictObject({
  helped: z.boolean(),
  text: Text,
  changed: z.boolean(),
});

const Plan: z.ZodType<LaunchPlan> = z.strictObject({
  argv: z.array(Text),
  environment: Texts,
  homeFiles: Texts,
  input: Text,
  ports: z.array(z.strictObject({ mark: Text, socket: Text })),
});

const reportFields = {
  succeeded: z.boolean(),
  reason: Text,
  commands: z.array(Command),
  lacks: z.strictObject({ kind: Text, name: Text }).exactOptional(),
  answer: Text.exactOptional(),
  session: SessionId.exactOptional(),
  spent: Spent.exactOptional(),
} satisfies Record<keyof ExecutorReport, z.ZodType>;
const Report: z.ZodType<ExecutorReport> = z.strictObject(reportFields);

const Code = namesIn(errorRegistry);

const ToWorker = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('start'),
    work: Work,
    job: Job,
    path: Text,
    /** Of the limits the one that is kept where work is led; the others are kept by the peer. */
    attemptMs: z.number(),
    mayAsk: z.boolean(),
    /** Null: it never rests. */
    rests: z.boolean().nullable(),
    beatMs: z.int().min(1),
  }),
  z.strictObject({ kind: z.literal('abort') }),
  z.strictObject({ kind: z.literal('rest'), wanted: z.boolean() }),
  /** What a run prints; its outcome comes after all of it. */
  z.strictObject({ kind: z.literal('output'), id: Id, bytes: Bytes }),
  z.strictObject({ kind: z.literal('ran'), id: Id, outcome: Outcome, way: WayCounts.nullable() }),
  z.strictObject({ kind: z.literal('planned'), id: Id }),
  z.strictObject({ kind: z.literal('helped'), id: Id, report: Help }),
  z.strictObject({ kind: z.literal('refused'), id: Id, code: Code, reason: Text }),
]);
export type ToWorker = z.infer<typeof ToWorker>;

const ToPeer = z.discriminatedUnion('kind', [
  /** It stands, and waits for work. */
  z.strictObject({ kind: z.literal('hello') }),
  z.strictObject({ kind: z.literal('beat') }),
  z.strictObject({ kind: z.literal('sign') }),
  /** For whoever watches. */
  z.strictObject({ kind: z.literal('printed'), text: Text.max(printedCharsMax) }),
  z.strictObject({ kind: z.literal('spent'), spent: Spent }),
  z.strictObject({
    kind: z.literal('run'),
    id: Id,
    argv: z.array(Text).readonly(),
    timeMs: z.number().positive(),
    /** Whether it wants what is printed. */
    output: z.boolean(),
    /** It tells itself what that means to people. */
    quiet: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('plan'), id: Id, plan: Plan }),
  z.strictObject({
    kind: z.literal('help'),
    id: Id,
    question: Text.max(limits.helpQuestionCharsMax),
  }),
  z.strictObject({ kind: z.literal('cancel'), id: Id }),
  z.strictObject({ kind: z.literal('done'), report: Report }),
  z.strictObject({ kind: z.literal('failed'), code: Code, reason: Text }),
]);
export type ToPeer = z.infer<typeof ToPeer>;

export const toWorker = createCodec({
  name: 'to a worker',
  schema: ToWorker,
  bytesMax: messageBytesMax,
});
export const toPeer = createCodec({
  name: 'of a worker',
  schema: ToPeer,
  bytesMax: messageBytesMax,
});
