import type { ReactNode } from 'react';
import { Dialog } from '../ui/dialog.tsx';
import { Button } from '../ui/parts.tsx';
import { Outcome } from './outcome.tsx';
import { type Done, useAction } from './run.ts';

/** Says what will happen, and does it only when that is confirmed. */
export function ConfirmDialog(props: {
  readonly title: string;
  readonly confirm: string;
  readonly danger?: boolean;
  readonly act: () => Promise<string | Done>;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const { title, confirm, danger, act, onClose, children } = props;
  const [running, run] = useAction();
  const done = running.kind === 'done';
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="dialog-body">{children}</div>
      <Outcome running={running} />
      <div className="dialog-foot">
        <Button onClick={onClose}>{done ? 'Close' : 'Leave it'}</Button>
        {done ? null : (
          <Button
            kind={danger === true ? 'danger' : 'main'}
            disabled={running.kind === 'busy'}
            onClick={() => run(act)}
          >
            {confirm}
          </Button>
        )}
      </div>
    </Dialog>
  );
}
