import { useMemo } from 'react';
import { Link } from '../app/navigation.tsx';
import { usePage } from '../app/page-context.ts';
import { peerPath } from '../app/routes.ts';
import { Badge, Empty, Panel } from '../ui/parts.tsx';
import { countText } from '../ui/text.ts';
import { dateText } from '../ui/time.ts';
import { EntryList } from '../timeline/entry-list.tsx';
import { Certificate } from './certificate.tsx';
import { ChapterView } from './chapter-view.tsx';
import { ForgeLink } from './forge-link.tsx';
import { helpOf } from './help-tree.ts';
import { HelpTree } from './help-tree-view.tsx';
import { Orders } from './orders.tsx';
import { OutputView } from './output-view.tsx';
import { Proof } from './proof.tsx';
import { Stages } from './stages-view.tsx';
import { stagesOf } from './stages.ts';
import { storyOf, type TaskStory } from './story.ts';
import { taskWords } from './task-words.ts';
import { useTaskStory } from './use-task-story.ts';
import { WhyTask } from './why-task.tsx';

/** Whoever let go of a task, or left it to a person, had it last. */
function holderWords(state: string): string {
  if (state === 'done') return 'done by';
  return state === 'released' || state === 'failed' ? 'last held by' : 'held by';
}

/** The story of one task, from the issue to the pull request. */
export function TaskPage({ task }: { readonly task: string }) {
  const { view } = usePage();
  const entries = useTaskStory(task);
  const story = useMemo(() => storyOf(entries), [entries]);
  const helps = useMemo(() => helpOf(entries), [entries]);
  const row = view.tasks.find((one) => one.task === task);
  if (row === undefined && entries.length === 0) {
    return (
      <Empty title={`Nothing is known of ${task}`}>
        Nobody has seen it asked for: there is no such issue, it does not bear the label, or it is
        not read yet. <Link to="/tasks">To all tasks</Link>
      </Empty>
    );
  }
  const state = row?.state ?? 'open';
  const chapters = story.chapters.toReversed();
  const { badge, why, unclaimed, concernsPeers } = taskWords(row ?? null);
  const claim = story.chapters.find(({ epoch }) => epoch === row?.epoch);
  const since = holderWords(state) === 'held by' ? (claim?.wonMs ?? null) : null;
  const hasStory = concernsPeers || chapters.length > 0;
  return (
    <div className="page">
      <header className="page-head task-head">
        <p className="crumb">
          <Link to="/tasks">Tasks</Link> / {task}
        </p>
        <h2>{row?.title === undefined || row.title === '' ? task : row.title}</h2>
        <p className="task-facts">
          <Badge state={badge.state}>{badge.text}</Badge>
          {row?.resting === true ? <Badge state="paused">stands still</Badge> : null}
          {row?.holder === undefined || row.holder === null ? (
            concernsPeers ? (
              <span className="quiet">nobody holds it</span>
            ) : null
          ) : (
            <span>
              {holderWords(state)} <Link to={peerPath(row.holder)}>{view.nameOf(row.holder)}</Link>
              {row.epoch > 0 ? `, epoch ${row.epoch}` : ''}
              {since === null ? '' : `, since ${dateText(since)}`}
            </span>
          )}
          <ForgeLink task={task} kind="issues" number={null} />
          {row?.pullRequest === undefined || row.pullRequest === null ? null : (
            <ForgeLink task={task} kind="pull" number={row.pullRequest} />
          )}
        </p>
      </header>
      {why === null ? null : (
        <p className="banner" data-tone="warn">
          {why}
        </p>
      )}
      {hasStory ? (
        <Stages stages={stagesOf(story, { state, pullRequest: row?.pullRequest ?? null })} />
      ) : null}
      <div className="task-grid">
        <div className="stack">
          {row === undefined || row.holder === null ? null : (
            <OutputView key={task} task={task} state={row.state} />
          )}
          {chapters.length === 0 ? (
            <Panel title="Story">
              <Empty title={unclaimed.title}>{unclaimed.text}</Empty>
            </Panel>
          ) : null}
          {chapters.map((chapter) => (
            <ChapterView key={chapter.epoch} chapter={chapter} />
          ))}
        </div>
        <div className="stack">
          <Proof task={task} story={story} pullRequest={row?.pullRequest ?? null} />
          {row?.pullRequest === undefined || row.pullRequest === null ? null : (
            <Certificate key={task} task={task} />
          )}
          {helps.map((help) => (
            <HelpTree key={help.id} help={help} />
          ))}
          {story.seen.length === 0 && !hasStory ? null : <SeenBy seen={story.seen} />}
          <WhyTask task={task} />
          <Orders task={task} />
        </div>
      </div>
      <Panel
        title="Every entry about it"
        aside={countText(entries.length, 'line')}
        {...(entries.length === 0 ? {} : { className: 'task-entries' })}
      >
        {entries.length === 0 ? (
          <Empty title="No journal tells of it">
            What peers leave alone they do not write down; what they do to it would stand here.
          </Empty>
        ) : (
          <EntryList label="Entries about this task, oldest first" entries={entries} />
        )}
      </Panel>
    </div>
  );
}

function SeenBy({ seen }: Pick<TaskStory, 'seen'>) {
  const { view } = usePage();
  return (
    <Panel title="First seen by">
      <ul className="plain-list">
        {seen.slice(0, 12).map(({ peer }) => (
          <li key={peer}>{view.nameOf(peer)}</li>
        ))}
      </ul>
      {seen.length === 0 ? <p className="quiet pad">No journal here tells it.</p> : null}
    </Panel>
  );
}
