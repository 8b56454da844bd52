/** Alerts that no receiver has taken yet, in the order in which they came. They outlive the process. */
import { readFile } from 'node:fs/promises';
import { reasonOf } from '@bzzz/protocol';
import { z } from 'zod';
import { replaceSecretFile } from '../folder/secret-file.ts';
import type { Logger } from '../logger.ts';

const Post = z.strictObject({
  peer: z.string(),
  alert: z.string(),
  state: z.enum(['raised', 'ended']),
  value: z.number(),
  text: z.string(),
  /** The same however often it is tried, so that who gets one twice can tell. */
  at: z.iso.datetime(),
});
export type Post = z.infer<typeof Post>;

const Kept = z.strictObject({ version: z.literal(1), posts: z.array(Post) });

export interface WaitingPosts {
  first(): Post | undefined;
  count(): number;
  add(post: Post): void;
  /** The first was taken, or is given up. */
  drop(): void;
  /** All is on disk as it is now, as far as the disk takes it. */
  flush(): Promise<void>;
}

/** A file that cannot be read or written costs at most a post, and is told: the alerts stand in the journal too. */
export async function openWaitingPosts(file: string, logger: Logger): Promise<WaitingPosts> {
  const posts = await keptIn(file).catch((error: unknown): Post[] => {
    logger.warn('alerts that waited to be posted are lost', { file, reason: reasonOf(error) });
    return [];
  });
  let writing: Promise<void> = Promise.resolve();

  function keep(): void {
    const text = JSON.stringify({ version: 1, posts });
    writing = writing.then(() =>
      replaceSecretFile(file, text).catch((error: unknown) => {
        logger.warn('alerts that wait to be posted are not kept', { reason: reasonOf(error) });
      }),
    );
  }

  return {
    first: () => posts[0],
    count: () => posts.length,
    add(post) {
      posts.push(post);
      keep();
    },
    drop() {
      posts.shift();
      keep();
    },
    flush: () => writing,
  };
}

async function keptIn(file: string): Promise<Post[]> {
  try {
    return Kept.parse(JSON.parse(await readFile(file, 'utf8'))).posts;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
