/**
 * What was said between bzzz and a model, kept within the model's window. Tokens are counted by the
 * server only afterwards, so they are estimated from characters, and the estimate learns from each count.
 */
import type { Message } from 'ollama/browser';
import type { Answer } from '../model/ask.ts';

export interface Conversation {
  /** Everything that is sent next; null: it does not fit, even without all that may be left out. */
  fit(tokensMax: number): readonly Message[] | null;
  /** Tokens that the next question takes, about. */
  tokens(): number;
  /** An answer and what came of it. */
  add(answer: Answer, replies: readonly Message[]): void;
  /** The server's own count of what was sent last. */
  learn(tokensRead: number): void;
}

interface Turn {
  answer: Message;
  replies: readonly Message[];
}

export const charsPerToken = 3.5;
/** Left out until so much of the window is free again: each change makes the server read all anew. */
const roomier = 0.75;
/** Less is no news to leave out. */
const shortChars = 400;
const nameCharsMax = 64;

/** `otherChars`: what goes along with every question, such as the description of tools. */
export function createConversation(head: readonly Message[], otherChars: number): Conversation {
  let turns: Turn[] = [];
  let leftOut = 0;
  let ratio = 1;
  const raw = () => (charsOf(messages()) + otherChars) / charsPerToken;
  const tokens = () => Math.ceil(raw() * ratio);

  function messages(): Message[] {
    const said = turns.flatMap(({ answer, replies }) => [answer, ...replies]);
    if (leftOut === 0) return [...head, ...said];
    const note = { role: 'user', content: `(${leftOut} earlier answers are left out here.)` };
    return [...head, note, ...said];
  }

  /** What came of the last answer stays as it is: the model has not read it yet. */
  function shrink(tokensMax: number) {
    for (const turn of turns.slice(0, -1)) {
      if (tokens() <= tokensMax) return;
      turn.answer = shortened(turn.answer);
      turn.replies = turn.replies.map((reply) => shortened(reply));
    }
    const last = turns.at(-1);
    if (last !== undefined && tokens() > tokensMax) last.answer = shortened(last.answer);
    while (turns.length > 1 && tokens() > tokensMax) {
      turns = turns.slice(1);
      leftOut += 1;
    }
  }

  return {
    tokens,
    fit(tokensMax) {
      if (tokens() > tokensMax) shrink(tokensMax * roomier);
      return tokens() <= tokensMax ? messages() : null;
    },
    add(answer, replies) {
      turns.push({ answer: messageOf(answer), replies });
    },
    learn(tokensRead) {
      const told = tokensRead / raw();
      // Some servers count only what they had not read before: that says nothing about the whole.
      if (told >= 0.5) ratio = Math.min(told, charsPerToken);
    },
  };
}

function messageOf({ text, thinking, calls }: Answer): Message {
  return {
    role: 'assistant',
    content: text,
    ...(thinking === '' ? {} : { thinking }),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map((call) => toolCall(call)) }),
  };
}

/** The server takes nothing but an object for arguments, whatever the model wrote. */
function toolCall({ name, args }: Answer['calls'][number]) {
  const object =
    typeof args === 'object' && args !== null && !Array.isArray(args) ? { ...args } : {};
  return { function: { name: name.slice(0, nameCharsMax), arguments: object } };
}

function shortened(message: Message): Message {
  const { thinking: _, tool_calls: calls, content, ...rest } = message;
  const long = content.length > shortChars;
  const note = `(${content.length} characters, left out to save room; ask again if they are needed)`;
  return {
    ...rest,
    content: long ? note : content,
    ...(calls === undefined ? {} : { tool_calls: calls.map((call) => shortCall(call)) }),
  };
}

function shortCall({ function: { name, arguments: args } }: NonNullable<Message['tool_calls']>[0]) {
  const short = Object.entries(args).map(([key, value]: [string, unknown]) => {
    const long = (JSON.stringify(value) ?? '').length > shortChars;
    return [key, long ? '(left out to save room)' : value];
  });
  return { function: { name, arguments: Object.fromEntries(short) } };
}

function charsOf(messages: readonly Message[]): number {
  return messages.reduce((sum, message) => sum + JSON.stringify(message).length, 0);
}
