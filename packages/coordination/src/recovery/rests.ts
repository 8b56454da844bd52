/** Of which tasks the attempt is to rest, as the journal tells it. */
import type { EntryBody, Epoch, TaskId } from '@bzzz/protocol';

export function foldRests() {
  const resting = new Set<TaskId>();
  const ended = new Map<TaskId, Epoch>();
  return {
    take(body: EntryBody): void {
      switch (body.kind) {
        // A claim of ours that was thought to be over may stand, and is gone on with.
        case 'attempt.started':
          return void ended.delete(body.task);
        case 'attempt.paused':
          // What an operator says as an attempt ends may be written after its end, and is not said of the next one.
          if (body.paused && body.epoch > (ended.get(body.task) ?? 0)) resting.add(body.task);
          else resting.delete(body.task);
          return;
        case 'task.ended':
          ended.set(body.task, body.epoch);
          resting.delete(body.task);
          return;
        default:
      }
    },
    tasks: (): readonly TaskId[] => [...resting],
  };
}
