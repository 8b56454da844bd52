import { PauseAnswer } from '@bzzz/protocol/api';
import { usePage } from '../app/page-context.ts';
import { ask } from '../live/api.ts';
import type { TaskRow } from '../live/page-view.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';

/** Has the attempt at one task stand still, or go on, once that is confirmed; whichever peer works on it. */
export function PauseTask(props: {
  readonly row: Pick<TaskRow, 'task' | 'holder'>;
  readonly paused: boolean;
  readonly onClose: () => void;
}) {
  const { session, view } = usePage();
  const { row, paused, onClose } = props;
  const { task, holder } = row;
  const name = view.nameOf(holder);
  const act = async () => {
    await ask({
      method: 'POST',
      path: 'pause',
      body: { scope: 'task', task, paused },
      csrf: session.csrf,
      schema: PauseAnswer,
    });
    return paused
      ? `The attempt stands still. ${name} keeps the task and its slot.`
      : 'The attempt goes on where it was.';
  };
  const word = paused ? 'Pause' : 'Resume';
  return (
    <ConfirmDialog
      title={`${word} the attempt at ${task}`}
      confirm={`${word} the attempt`}
      act={act}
      onClose={onClose}
    >
      <p>
        {paused
          ? `It stands still where it is until it is resumed. ${name} keeps the task and its slot, and its claim stays renewed; its other work goes on.`
          : `It goes on where it is, on ${name}.`}
      </p>
      <p className="quiet">
        The order stands in the journals of this peer and of {name}, for everybody to read.
      </p>
    </ConfirmDialog>
  );
}
