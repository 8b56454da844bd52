import { Link } from '../app/navigation.tsx';
import { usePage } from '../app/page-context.ts';
import { taskPath } from '../app/routes.ts';
import { webLink } from '../ui/web-link.ts';
import { Words } from '../ui/words.tsx';
import type { Done, Running } from './run.ts';

/** What became of an order, told to eyes and ears. */
export function Outcome({ running }: { readonly running: Running }) {
  return (
    <p className="outcome" data-kind={running.kind} role="status">
      {running.kind === 'busy' ? 'Asking the peer …' : null}
      {running.kind === 'done' ? <DoneWords done={running} /> : null}
      {running.kind === 'refused' ? <Words text={`${running.text} ${running.advice}`} /> : null}
    </p>
  );
}

function DoneWords({ done: { text, link, filed } }: { readonly done: Done }) {
  if (filed !== undefined) return <FiledWords task={filed} text={text} />;
  if (link === undefined) return text;
  const href = webLink(link.url);
  return (
    <>
      {href === null ? (
        `${link.text}: ${link.url}`
      ) : (
        <a href={href} target="_blank" rel="noreferrer">
          {link.text}
        </a>
      )}
      . {text}
    </>
  );
}

/** Filing is answered by the forge, so that the peer has yet to read the issue: its page would be empty. */
function FiledWords({ task, text }: { readonly task: string; readonly text: string }) {
  const { state } = usePage();
  const words = `Filed as ${task}`;
  if (state.tasks?.some((one) => one.task === task)) {
    return (
      <>
        <Link to={taskPath(task)}>{words}</Link>. {text}
      </>
    );
  }
  return `${words}, which the peer is about to read. ${text}`;
}
