/** Of which tasks the attempt is to rest, as the journal tells it. */
import type { EntryBody, Epoch, TaskId } from '@bzzz/protocol';

export function foldRests() {
  const resting = new Set<TaskId>();
  const ended = new Map<TaskId, Epoch>();
  return {
    take(body: EntryBody): void {
      // A claim of ours that was thought to be over may stand, and is gone on with.
      if (body.kind === 'attempt.started') ended.delete(body.task);
      if (body.kind === 'attempt.paused') {
        // What an operator says as an attempt ends may be written after its end, and is not said of the next one.
        if (body.paused && body.epoch > (ended.get(body.task) ?? 0)) resting.add(body.task);
        else resting.delete(body.task);
      }
      if (body.kind === 'task.ended') {
        ended.set(body.task, body.epoch);
        resting.delete(body.task);
      }
    },
    tasks: (): readonly TaskId[] => [...resting],
  };
}
