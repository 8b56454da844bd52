/** What a peer says of itself where it judges, and when it must decline. */
import { type TaskId, taskParts } from '@bzzz/protocol';
import type { CoordinatorOptions } from '../peer/options.ts';
import type { JudgeOptions } from './judge.ts';

/** A machine that may not execute anything judges nothing either. */
export function judgeOptionsOf(
  options: CoordinatorOptions,
  hasHelped: (task: TaskId) => boolean,
): JudgeOptions {
  const able = ableOptionsOf(options);
  return {
    ...able,
    unable(request, needs) {
      // Part of it may be his own work.
      if (hasHelped(request.task)) return 'helped with it';
      return able.unable(request, needs);
    },
  };
}

/** Whether this machine does anything for others: runs what they made, or helps them. */
export function ableOptionsOf(options: CoordinatorOptions): JudgeOptions {
  const { version, platform, repositories, timing, offer } = options;
  return {
    environment: () => ({ version, platform, sandbox: offer().sandbox }),
    lagMs: timing.lagMs,
    backoffMs: timing.backoffMs,
    unable(request, needs) {
      const { sandbox, slots, tools, unable = null } = offer();
      if (!repositories.includes(taskParts(request.task).repo)) return 'serves other repositories';
      if (unable !== null) return unable;
      // Its operator let it run what he wants done; nobody asked him about what others did.
      if (sandbox === 'none') return 'has no sandbox';
      if (slots === 0) return 'only watches';
      const missing = needs?.tools.find((tool) => !tools.includes(tool));
      return missing === undefined ? null : `has no ${missing}`;
    },
  };
}
