import { taskPlace } from '@bzzz/protocol/api';
import { useState } from 'react';
import { Link } from '../app/navigation.tsx';
import { usePage } from '../app/page-context.ts';
import { taskPath } from '../app/routes.ts';
import type { TaskRow } from '../live/page-view.ts';
import { Badge, Button, Empty } from '../ui/parts.tsx';
import { countText } from '../ui/text.ts';
import { agoText } from '../ui/time.ts';
import { type Column, columnsOf, leftAlone } from './columns.ts';
import { tasksWith } from './search.ts';

const shownAtFirst = 30;

export function Board() {
  const { view } = usePage();
  const [typed, setTyped] = useState('');
  const searches = typed.trim() !== '';
  const found = tasksWith(view.tasks, typed, view.nameOf);
  const columns = columnsOf(found);
  const alone = leftAlone(found);
  const repos = new Set(view.tasks.map(({ task }) => task.slice(0, task.lastIndexOf('#'))));
  return (
    <div className="page">
      <header className="page-head">
        <h2>Tasks</h2>
        <p className="quiet">
          {countText(found.length - alone.length, 'task')}
          {repos.size === 1 ? ` of ${[...repos].join('')}` : ` of ${repos.size} repositories`}
        </p>
        {view.tasks.length === 0 ? null : (
          <input
            type="search"
            className="search"
            placeholder="Search: #12, words, a peer …"
            aria-label="Search tasks"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
      </header>
      {view.tasks.length === 0 ? (
        <Empty title="No task is known yet">
          A peer takes issues that bear the label <code>bzzz</code> in a repository that it watches.
          File one there, or by <em>Submit</em> above.
        </Empty>
      ) : found.length === 0 ? (
        <Empty title="No task has these words">
          A task is known here once a peer has seen its issue asked for, by a label of the policy.
        </Empty>
      ) : (
        <>
          <LeftAlone tasks={alone} opened={searches} />
          <div className="board">
            {columns.map((column) => (
              <BoardColumn
                key={column.name}
                column={searches ? { ...column, empty: 'None of those found.' } : column}
                manyRepos={repos.size > 1}
              />
            ))}
          </div>
        </>
      )}
    </div>
  );
}

/** Above the columns, which are long: who asks what became of an issue has to see that it is here. */
function LeftAlone({
  tasks,
  opened,
}: {
  readonly tasks: readonly TaskRow[];
  readonly opened: boolean;
}) {
  if (tasks.length === 0) return null;
  return (
    <details className="alone" open={opened}>
      <summary>{countText(tasks.length, 'issue')} left alone</summary>
      <ul>
        {tasks.slice(0, 200).map((task) => (
          <li key={task.task}>
            <Link to={taskPath(task.task)}>
              {task.task} {task.title}
            </Link>
            <span className="quiet"> {task.reason}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function BoardColumn({
  column,
  manyRepos,
}: {
  readonly column: Column;
  readonly manyRepos: boolean;
}) {
  const [shown, setShown] = useState(shownAtFirst);
  const { name, state, tasks, empty } = column;
  return (
    <section
      className="column"
      data-state={state}
      data-empty={tasks.length === 0}
      aria-label={name}
    >
      <h3>
        {name} <span className="count">{tasks.length}</span>
      </h3>
      {tasks.length === 0 ? <p className="column-empty">{empty}</p> : null}
      <ul>
        {tasks.slice(0, shown).map((task) => (
          <li key={task.task}>
            <Card task={task} manyRepos={manyRepos} />
          </li>
        ))}
      </ul>
      {tasks.length > shown ? (
        <Button kind="quiet" onClick={() => setShown(shown + 100)}>
          {tasks.length - shown} more
        </Button>
      ) : null}
    </section>
  );
}

function Card({ task, manyRepos }: { readonly task: TaskRow; readonly manyRepos: boolean }) {
  const { view, nowMs } = usePage();
  const { told } = task;
  const hash = task.task.lastIndexOf('#');
  const attempt = told?.attempt ?? null;
  return (
    <Link to={taskPath(task.task)} className="card">
      <span className="card-head">
        <span className="card-id">{manyRepos ? task.task : task.task.slice(hash)}</span>
        <Badge state={taskPlace(task)} />
      </span>
      <span className="card-title">{task.title === '' ? 'No title is known' : task.title}</span>
      <span className="card-foot">
        {task.holder === null ? null : (
          <span className="who" data-hue={view.hueOf(task.holder)}>
            <span className="dot" aria-hidden="true" />
            {view.nameOf(task.holder)}
          </span>
        )}
        {task.epoch > 1 ? <span>epoch {task.epoch}</span> : null}
        {attempt === null ? null : (
          <span>
            {attempt.executor}
            {attempt.role === null ? '' : `, after ${attempt.role}`}
          </span>
        )}
        {told !== null && told.passed.length > 0 ? <span>{told.passed.length} ✓</span> : null}
        {told !== null && told.refused.length > 0 ? <span>{told.refused.length} ✗</span> : null}
        {task.pullRequest === null ? null : <span className="pull">PR #{task.pullRequest}</span>}
        {told === null ? null : <span className="card-ago">{agoText(nowMs - told.changedMs)}</span>}
      </span>
      {task.reason === null || task.state === 'done' ? null : (
        <span className="card-reason">{task.reason.split('\n')[0]}</span>
      )}
    </Link>
  );
}
