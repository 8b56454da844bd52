/** What a peer says of itself where it judges, and when it must decline. */
import { taskParts } from '@bzzz/protocol';
import type { CoordinatorOptions } from '../peer/options.ts';
import type { JudgeOptions } from './judge.ts';

/** A machine that may not execute anything judges nothing either. */
export function judgeOptionsOf(options: CoordinatorOptions): JudgeOptions {
  const { version, sandbox, platform, repositories, slots, tools, timing, unable = null } = options;
  return {
    environment: { version, platform, sandbox },
    lagMs: timing.lagMs,
    backoffMs: timing.backoffMs,
    unable(request, needs) {
      if (!repositories.includes(taskParts(request.task).repo)) return 'serves other repositories';
      if (unable !== null) return unable;
      if (slots === 0) return 'only watches';
      const missing = needs?.tools.find((tool) => !tools.includes(tool));
      return missing === undefined ? null : `has no ${missing}`;
    },
  };
}
