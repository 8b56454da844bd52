import { useState } from 'react';
import { PauseConfirm } from '../actions/pause-confirm.tsx';
import { type PauseChoice, pausesOf, resumesFor } from '../actions/pauses.ts';
import { usePage } from '../app/page-context.ts';
import { Button } from '../ui/parts.tsx';
import { ProblemList } from './problem-list.tsx';
import { whereToType } from './where-to-type.ts';

/** What is wrong with this peer and what to do about it, by this page where it can. */
export function Problems() {
  const { state, view, can } = usePage();
  const [order, setOrder] = useState<PauseChoice | null>(null);
  const problems = state.status?.problems ?? [];
  const name = state.status?.peer.name ?? 'this peer';
  const resumes = can('operate') ? resumesFor(name, pausesOf(state.status, view)) : [];
  return (
    <>
      <ProblemList
        title="Problems"
        well="All is well."
        note={whereToType(name, problems)}
        items={problems.map((one) => ({
          key: one.code + one.text,
          ...one,
          more: <Resumes of={resumes.filter(({ code }) => code === one.code)} onOrder={setOrder} />,
        }))}
      />
      {order === null ? null : <PauseConfirm choice={order} onClose={() => setOrder(null)} />}
    </>
  );
}

function Resumes(props: {
  readonly of: ReturnType<typeof resumesFor>;
  readonly onOrder: (order: PauseChoice) => void;
}) {
  if (props.of.length === 0) return null;
  return (
    <p className="task-orders">
      {props.of.map(({ choice }) => (
        <Button key={choice.title} onClick={() => props.onOrder(choice)}>
          {choice.title}
        </Button>
      ))}
    </p>
  );
}
