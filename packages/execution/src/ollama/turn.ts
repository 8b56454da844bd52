/** What comes of one answer: its calls are done, and the model is told about each. */
import type { Message } from 'ollama/browser';
import type { Answer, Call } from './model/ask.ts';
import { oneLine } from '../prompt/one-line.ts';
import type { Labels } from './talk/labels.ts';
import type { Seen, Verdict } from './talk/progress.ts';
import { type ToolResult, wrong } from './tools/tool.ts';
import type { Toolbox } from './tools/toolbox.ts';

export interface Done extends Seen {
  readonly call: Call;
  readonly text: string;
}

/** Calls in one answer; those over it are not done. */
const callsMax = 16;
const nameCharsMax = 64;

/** One after the other; nothing is done after the work was called done. */
export async function callAll(
  toolbox: Toolbox,
  { calls }: Answer,
  signal: AbortSignal,
): Promise<{ done: readonly Done[]; finished?: string }> {
  const done: Done[] = [];
  for (const [index, call] of calls.entries()) {
    const result =
      index < callsMax
        ? await toolbox.use(call, { signal })
        : wrong(`more than ${callsMax} calls in one answer`);
    done.push(seen(call, result));
    if (result.finished !== undefined) return { done, finished: result.finished };
  }
  return { done };
}

export function repliesTo(
  labels: Labels,
  { cutShort }: Answer,
  { done, verdict }: { done: readonly Done[]; verdict: Verdict },
): Message[] {
  const notes: string[] = [];
  if (verdict.kind === 'nudge') notes.push(verdict.text);
  if (cutShort) notes.push('Your answer was cut off: it was too long. Write less at a time.');
  if (done.length === 0 && notes.length === 0) {
    notes.push('Go on by calling a tool; call `finish` when the work is done.');
  }
  return [
    ...done.map(({ call, text }) => labels.toolOutput(oneLine(call.name, nameCharsMax), text)),
    ...notes.map((text) => labels.word(text)),
  ];
}

function seen(call: Call, { news, text }: ToolResult): Done {
  return { call, text, news, same: JSON.stringify([call, news ?? text]) };
}
