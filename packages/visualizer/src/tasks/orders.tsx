import { TaskOrder } from '@bzzz/protocol';
import { useState } from 'react';
import { OrderDialog } from '../actions/order-dialog.tsx';
import { orderWords } from '../actions/order-words.ts';
import { usePage } from '../app/page-context.ts';
import { Button, Panel } from '../ui/parts.tsx';
import { orderEffects } from './order-effects.ts';

/** What people say to bzzz stands on the issue, where everybody can read it. */
export function Orders({ task }: { readonly task: string }) {
  const { can, view } = usePage();
  const [order, setOrder] = useState<TaskOrder | null>(null);
  const noEffects = orderEffects(view.tasks.find((one) => one.task === task) ?? null);
  return (
    <Panel title="Orders">
      <p className="pad quiet">
        A comment on the issue does it too: <code>/bzzz stop</code> or <code>/bzzz release</code>{' '}
        takes it from whoever holds it and leaves it to people, <code>/bzzz retry</code> begins
        anew.
      </p>
      {can('operate') && !view.past ? (
        <p className="pad task-orders">
          {TaskOrder.options.map((one) => (
            <Button
              key={one}
              disabled={noEffects[one] !== null}
              title={noEffects[one]}
              onClick={() => setOrder(one)}
            >
              {orderWords[one].title}
            </Button>
          ))}
        </p>
      ) : null}
      {order === null ? null : (
        <OrderDialog task={task} order={order} onClose={() => setOrder(null)} />
      )}
    </Panel>
  );
}
