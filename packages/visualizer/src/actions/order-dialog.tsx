import { z } from 'zod';
import { usePage } from '../app/page-context.ts';
import { ask } from '../live/api.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';

export type TaskOrder = 'retry' | 'release' | 'stop';

const words: Readonly<
  Record<TaskOrder, { readonly title: string; readonly text: string; readonly danger: boolean }>
> = {
  retry: {
    title: 'Retry',
    text: 'The task is opened again, and its attempts are counted anew. Any peer may take it.',
    danger: false,
  },
  release: {
    title: 'Release',
    text: 'Whoever holds the task lets it go; another peer may take it.',
    danger: true,
  },
  stop: {
    title: 'Cancel',
    text: 'Work on the task is stopped, and nobody takes it until it is retried.',
    danger: true,
  },
};

export const orderTitles = { retry: 'Retry', release: 'Release', stop: 'Cancel' } as const;

/** Tells bzzz about a task what a comment `/bzzz <order>` on its issue would. */
export function OrderDialog(props: {
  readonly task: string;
  readonly order: TaskOrder;
  readonly onClose: () => void;
}) {
  const { task, order, onClose } = props;
  const { session } = usePage();
  const { title, text, danger } = words[order];
  const act = async () => {
    await ask({
      method: 'POST',
      path: `tasks/${encodeURIComponent(task)}/orders`,
      body: { order },
      csrf: session.csrf,
      // That it was taken is all there is to know; what comes of it is told by the journals.
      schema: z.unknown(),
    });
    return 'Said. The peers hear of it from the issue.';
  };
  return (
    <ConfirmDialog
      title={`${title} ${task}`}
      confirm={title}
      danger={danger}
      act={act}
      onClose={onClose}
    >
      <p>{text}</p>
      <p className="quiet">
        It is said on the issue as <code>/bzzz {order}</code>, for everybody to read.
      </p>
    </ConfirmDialog>
  );
}
