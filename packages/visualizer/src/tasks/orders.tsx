import { TaskOrder } from '@bzzz/protocol';
import { useId, useState } from 'react';
import { OrderDialog } from '../actions/order-dialog.tsx';
import { orderWords } from '../actions/order-words.ts';
import { usePage } from '../app/page-context.ts';
import { Button, Panel } from '../ui/parts.tsx';
import { barsOf, orderEffects } from './order-effects.ts';

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
    </Panel>
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
          {orders.map((one) => orderWords[one].title).join(' and ')} would change nothing: {why}
        </p>
      ))}
      {order === null ? null : (
        <OrderDialog task={task} order={order} onClose={() => setOrder(null)} />
      )}
    </>
  );
}
