import type { TaskOrder } from '@bzzz/protocol';
import { OrderAnswer } from '@bzzz/protocol/api';
import { usePage } from '../app/page-context.ts';
import { ask } from '../live/api.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';

interface Words {
  readonly title: string;
  /** On the button that does it. */
  readonly confirm: string;
  readonly text: string;
}

export const orderWords: Readonly<Record<TaskOrder, Words>> = {
  cancel: {
    title: 'Cancel',
    confirm: 'Stop the work',
    text: 'Whoever holds it stops and gives it back. It stays with people until somebody says retry.',
  },
  release: {
    title: 'Release',
    confirm: 'Release it',
    text: 'Whoever holds it stops and gives it back. It stays with people until its label is put on anew.',
  },
  retry: {
    title: 'Retry',
    confirm: 'Try it again',
    text: 'It is tried again, its attempts counted anew. What was left to people is taken up.',
  },
};

/** Tells the whole mesh what to do with a task, as a comment on its issue would. */
export function OrderDialog(props: {
  readonly task: string;
  readonly order: TaskOrder;
  readonly onClose: () => void;
}) {
  const { task, order, onClose } = props;
  const { session } = usePage();
  const { title, confirm, text } = orderWords[order];
  const act = async () => {
    const { url } = await ask({
      method: 'POST',
      path: `tasks/${encodeURIComponent(task)}/orders`,
      body: { order },
      csrf: session.csrf,
      schema: OrderAnswer,
    });
    return `Said: ${url}`;
  };
  return (
    <ConfirmDialog
      title={`${title} ${task}`}
      confirm={confirm}
      danger={order !== 'retry'}
      act={act}
      onClose={onClose}
    >
      <p>{text}</p>
      <p className="quiet">It is said by a comment on the issue, as the account of this peer.</p>
    </ConfirmDialog>
  );
}
