/**
 * Question, answer, tools, and again, until a model says that it is done or may not go on. Here stands
 * what no model decides: who is asked, with which tools, what it may cost, and when it is stuck.
 */
import type { CommandReport, ExecutorReport, ExecutorRequest, PromptJob } from '@bzzz/coordination';
import { limits, type ModelName } from '@bzzz/protocol';
import type { WayOut } from '../egress/way-out.ts';
import { createAsker } from '../help/asker.ts';
import type { Runner } from '../runner.ts';
import { type Answer, ask } from './model/ask.ts';
import type { KnownModels } from './model/catalogue.ts';
import { createChain } from './model/chain.ts';
import { oneLine } from '../prompt/one-line.ts';
import { rested } from '../rest.ts';
import { ModelFailure } from './model/failure.ts';
import { windowOf } from './model/window.ts';
import type { OllamaSettings } from './options.ts';
import { createBudget } from './talk/budget.ts';
import { charsPerToken, createConversation } from './talk/conversation.ts';
import { createLabels } from './talk/labels.ts';
import { createProgress } from './talk/progress.ts';
import { createUnstick } from './talk/unstick.ts';
import { tellAnswer, toldToolbox } from './tools/told.ts';
import { createToolbox } from './tools/toolbox.ts';
import { callAll, repliesTo } from './turn.ts';

export interface TalkDeps {
  readonly runner: Pick<Runner, 'run'>;
  readonly catalogue: KnownModels;
  readonly settings: OllamaSettings;
}

export interface TalkJob {
  readonly request: ExecutorRequest<PromptJob>;
  readonly way: WayOut;
  /** Of the caller. */
  readonly signal: AbortSignal | undefined;
  /** The same, and the end of the attempt's time. */
  readonly over: AbortSignal;
  /** Of the attempt's time. */
  readonly leftMs: () => number;
  readonly onReport: (report: CommandReport) => void;
}

export interface Talk {
  /** Throws the reason of `over`, and what no model is to blame for. */
  untilEnd(): Promise<Ending>;
  failed(reason: string): Ending;
}

type Ending = Omit<ExecutorReport, 'commands'>;

const unanswered = 'no model answers';

export function createTalk({ runner, catalogue, settings }: TalkDeps, at: TalkJob): Talk {
  const { job, help, path, rest, onPrinted, onSign = () => undefined } = at.request;
  const here = catalogue.models();
  const chain = createChain(job.models.filter((model) => here.includes(model)));
  const budget = createBudget(job);
  const labels = createLabels();
  const asker = help === undefined ? null : createAsker(help, path, at.way);
  let verdictOn = createProgress();
  const windowFor = (model: ModelName | null) =>
    windowOf(model === null ? null : catalogue.find(model), settings.contextTokensMax);
  const resultCharsMax = () => windowFor(chain.model).resultCharsMax;
  const unstick = createUnstick({ asker, labels, resultCharsMax, signal: at.over });
  const tools = createToolbox({
    runner,
    asker,
    request: at.request,
    way: at.way,
    signal: at.signal,
    timeMs: () => Math.max(1, Math.min(settings.commandMs, at.leftMs())),
    onReport: at.onReport,
    resultCharsMax,
  });
  const toolbox = toldToolbox(tools, onPrinted);
  const conversation = createConversation(
    labels.prompt(job),
    JSON.stringify(toolbox.descriptions).length,
  );

  async function question(model: ModelName): Promise<Answer> {
    const { tokens, questionTokensMax, answerTokensMax } = windowFor(model);
    const messages = conversation.fit(questionTokensMax);
    if (messages === null) {
      throw new ModelFailure('next', `the work does not fit into its window of ${tokens} tokens`);
    }
    const read = conversation.tokens();
    const num_predict = Math.max(1, Math.min(answerTokensMax, budget.tokensLeft - read));
    const options = { num_ctx: tokens, num_predict };
    const tools = toolbox.descriptions;
    const request = { model, messages: [...messages], tools, options };
    const answer = await ask({ ...settings, onSign }, request, at.over);
    budget.add(model, answer, { read, written: tokensIn(answer) });
    if (budget.spent !== null) at.request.onSpent?.(budget.spent);
    if (answer.tokensRead !== null) conversation.learn(answer.tokensRead);
    return answer;
  }

  async function untilEnd(): Promise<Ending> {
    if (chain.model === null) return lacking(`this peer has none of ${job.models.join(', ')}`);
    for (;;) {
      const { questionTokensMax } = windowFor(chain.model);
      const objection = budget.objection(Math.min(conversation.tokens(), questionTokensMax));
      if (objection !== null) return failed(objection);
      await rested(rest, at.over);
      const answer = await chain.ask(question);
      if (answer === null) return chain.wrong ? failed(unanswered) : lacking(unanswered);
      // An answer that came meanwhile is not acted upon either.
      await rested(rest, at.over);
      onSign();
      tellAnswer(chain.model, answer, onPrinted);
      const { done, finished } = await callAll(toolbox, answer, at.over);
      if (finished !== undefined) return finishedWith(finished);
      const verdict = verdictOn(done);
      const replies = repliesTo(labels, answer, { done, verdict });
      if (verdict.kind === 'stuck') {
        const further = await unstick(verdict.reason, answer, done);
        if (typeof further === 'string') return failed(further);
        replies.push(...further);
        verdictOn = createProgress();
      }
      conversation.add(answer, replies);
    }
  }

  function finishedWith(words: string): Ending {
    const ending = ended(true, `it says: ${oneLine(words)}`);
    return words.trim() === '' ? ending : { ...ending, answer: words };
  }

  /** Other peers have models, too. */
  function lacking(reason: string): Ending {
    const name = job.models.join(' or ').slice(0, limits.lackNameCharsMax);
    return { ...failed(reason), lacks: { kind: 'model', name } };
  }

  function failed(reason: string): Ending {
    return ended(false, reason);
  }

  function ended(succeeded: boolean, what: string): Ending {
    const reason = [what, ...chain.failures].join('; ');
    return { succeeded, reason, ...(budget.spent === null ? {} : { spent: budget.spent }) };
  }

  return { untilEnd, failed };
}

function tokensIn({ text, thinking, calls }: Answer): number {
  const chars = text.length + thinking.length + JSON.stringify(calls).length;
  return Math.ceil(chars / charsPerToken);
}
