/** What was said in the steps of an attempt, and what each step hears of it. */
import type { RoleName } from '@bzzz/protocol';
import type { PromptPart } from '../../ports/index.ts';
import { changeAs, sentBack, wordsOf } from './words.ts';

export interface Memory {
  /** Of a role, in place of what it said before. */
  keep(role: RoleName, words: string): void;
  /** What the critic wants mended. */
  complain(words: string): void;
  /** `before`: the steps that come before it. */
  heardBy(role: RoleName, before: readonly RoleName[]): Promise<readonly PromptPart[]>;
  said(role: RoleName): string | undefined;
}

/** `change`: what was changed so far. */
export function createMemory(change: () => Promise<string>): Memory {
  const said = new Map<RoleName, string>();
  let complaint: string | null = null;
  return {
    keep: (role, words) => void said.set(role, words),
    complain(words) {
      complaint = words;
    },
    async heardBy(role, before) {
      const words = before.flatMap((one) => {
        const text = said.get(one);
        return text === undefined ? [] : [wordsOf(one, text)];
      });
      if (role === 'critic') return [...words, changeAs(await change())];
      return role === 'coder' && complaint !== null ? [...words, sentBack(complaint)] : words;
    },
    said: (role) => said.get(role),
  };
}
