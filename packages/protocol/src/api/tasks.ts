import { z } from 'zod';
import { StoryEntry } from './entries.ts';

export const TaskAnswer = z.object({
  task: z.string(),
  title: z.string(),
  recipe: z.string().nullable(),
  state: z.string(),
  wanted: z.boolean(),
  holder: z.string().nullable(),
  holderName: z.string().nullable(),
  epoch: z.number(),
  pullRequest: z.number().nullable(),
  reason: z.string().nullable(),
  /** Its attempt on this peer stands still, on the word of the operator. */
  resting: z.literal(true).optional(),
  /** Asked for, and no peer takes it before a person has cleared something away; `reason` says what. */
  blocked: z.literal(true).optional(),
});
export type TaskAnswer = z.infer<typeof TaskAnswer>;

/**
 * Where people look for a task: its state, but for those that nobody is to take. Of these an issue that was never
 * claimed is `left alone`; one that people took from whoever had it, or whose branches they touched, is `with people`,
 * until they give it back.
 */
export function taskPlace({
  state,
  wanted,
  epoch,
  blocked,
}: Pick<TaskAnswer, 'state' | 'wanted' | 'epoch' | 'blocked'>): string {
  if (state !== 'open' && state !== 'released') return state;
  if (wanted && (blocked !== true || epoch === 0)) return state;
  return epoch === 0 ? 'left alone' : 'with people';
}

export const TasksAnswer = z.object({ tasks: z.array(TaskAnswer) });
export type TasksAnswer = z.infer<typeof TasksAnswer>;

/** What the policy of a repository offers to whoever files an issue there. */
export const OffersAnswer = z.object({
  repo: z.string(),
  /** Whether anything works on plain words. */
  plain: z.boolean(),
  recipes: z.array(
    z.object({
      name: z.string(),
      description: z.string(),
      /** Each must be given; `pattern`: what the whole value must match. */
      parameters: z.array(z.object({ name: z.string(), pattern: z.string() })),
    }),
  ),
});
export type OffersAnswer = z.infer<typeof OffersAnswer>;

/** A task, and what all the journals here say about it, oldest first. */
export const TaskStoryAnswer = z.object({ task: TaskAnswer, story: z.array(StoryEntry) });
export type TaskStoryAnswer = z.infer<typeof TaskStoryAnswer>;

export const SubmitAnswer = z.object({
  repo: z.string(),
  number: z.number(),
  url: z.string(),
  /** Labels that the forge did not put on, since the account may not label. */
  labelsMissing: z.array(z.string()),
});
export type SubmitAnswer = z.infer<typeof SubmitAnswer>;

/** Comments of a pull request that hold a certificate, not yet checked. */
export const CertificatesAnswer = z.object({
  repo: z.string(),
  number: z.number(),
  /** The commit that the pull request stands at. */
  head: z.string(),
  /** The tip of its task's lock branch; null: the branch is gone. */
  lock: z.string().nullable(),
  texts: z.array(z.string()),
});
export type CertificatesAnswer = z.infer<typeof CertificatesAnswer>;
