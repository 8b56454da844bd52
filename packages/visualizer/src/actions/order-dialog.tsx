import type { TaskOrder } from '@bzzz/protocol';
import { OrderAnswer } from '@bzzz/protocol/api';
import { usePage } from '../app/page-context.ts';
import { ask } from '../live/api.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { orderSaid, orderWords } from './order-words.ts';

/** Tells the whole mesh what to do with a task, as a comment on its issue would. */
export function OrderDialog(props: {
  readonly task: string;
  readonly order: TaskOrder;
  readonly onClose: () => void;
}) {
  const { task, order, onClose } = props;
  const { session, view } = usePage();
  const { title, confirm, text } = orderWords[order];
  const act = async () => {
    const { url } = await ask({
      method: 'POST',
      path: `tasks/${encodeURIComponent(task)}/orders`,
      body: { order },
      csrf: session.csrf,
      schema: OrderAnswer,
    });
    const state = view.tasks.find((one) => one.task === task)?.state ?? 'open';
    const text = orderSaid(order, state);
    return { text, link: { url, text: 'Said by this comment' } };
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
