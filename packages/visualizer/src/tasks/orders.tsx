import { TaskOrder } from '@bzzz/protocol';
import { useId, useState } from 'react';
import { OrderDialog } from '../actions/order-dialog.tsx';
import { orderWords } from '../actions/order-words.ts';
import { PauseTask } from '../actions/pause-task.tsx';
import { usePage } from '../app/page-context.ts';
import { isAttempted } from '../live/page-view.ts';
import { Button, Panel } from '../ui/parts.tsx';
import { barsOf, orderEffects } from './order-effects.ts';

const inWords = new Intl.ListFormat('en');

/** What people say to bzzz stands on the issue, where everybody can read it. */
export function Orders({ task }: { readonly task: string }) {
  const { can, view } = usePage();
  return (
    <Panel title="Orders">
      <p className="pad quiet">
        A comment on the issue does it too: <code>/bzzz stop</code> or <code>/bzzz release</code>{' '}
        takes it from whoever holds it and leaves it to people, <code>/bzzz retry</code> begins
        anew.
      </p>
      {can('operate') && !view.past ? <OrderButtons task={task} /> : null}
      {can('operate') && !view.past ? <PauseButton task={task} /> : null}
    </Panel>
  );
}

/** There is nothing to pause where nobody has an attempt at it. */
function PauseButton({ task }: { readonly task: string }) {
  const { view } = usePage();
  const [paused, setPaused] = useState<boolean | null>(null);
  const row = view.tasks.find((one) => one.task === task);
  const button =
    row === undefined || !isAttempted(row) ? null : (
      <p className="pad task-orders">
        <Button onClick={() => setPaused(row.resting !== true)}>
          {row.resting ? 'Resume the attempt' : 'Pause the attempt'}
        </Button>
        <span className="quiet">
          {row.resting
            ? `It stands still, and ${view.nameOf(row.holder)} keeps it.`
            : `It would stand still on ${view.nameOf(row.holder)}, which keeps it.`}
        </span>
      </p>
    );
  return (
    <>
      {button}
      {paused === null || row === undefined ? null : (
        <PauseTask row={row} paused={paused} onClose={() => setPaused(null)} />
      )}
    </>
  );
}

function OrderButtons({ task }: { readonly task: string }) {
  const { view } = usePage();
  const [order, setOrder] = useState<TaskOrder | null>(null);
  const own = useId();
  const bars = barsOf(orderEffects(view.tasks.find((one) => one.task === task) ?? null));
  const idOf = (at: number) => `${own}-${at}`;
  const barOf = (one: TaskOrder) => {
    const at = bars.findIndex(({ orders }) => orders.includes(one));
    return at < 0 ? undefined : idOf(at);
  };
  return (
    <>
      <p className="pad task-orders">
        {TaskOrder.options.map((one) => (
          <Button key={one} barredBy={barOf(one)} onClick={() => setOrder(one)}>
            {orderWords[one].title}
          </Button>
        ))}
      </p>
      {bars.map(({ why, orders }, at) => (
        <p key={why} id={idOf(at)} className="pad quiet">
          {inWords.format(orders.map((one) => orderWords[one].title))} would change nothing: {why}
        </p>
      ))}
      {order === null ? null : (
        <OrderDialog task={task} order={order} onClose={() => setOrder(null)} />
      )}
    </>
  );
}
