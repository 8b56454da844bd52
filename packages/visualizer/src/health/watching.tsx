import { usePage } from '../app/page-context.ts';
import { Panel } from '../ui/parts.tsx';
import { spanText } from '../ui/time.ts';

/** Of each repository a peer is one of these; most look at it now and then, in case both others fail. */
const roleWords: ReadonlyMap<string, string> = new Map([
  ['watcher', 'watched by this peer'],
  ['standby', 'this peer stands by'],
  ['fallback', 'watched by others'],
]);

/** The repositories that this peer looks at. */
export function Watching() {
  const { state } = usePage();
  const watching = state.status?.forge.watching ?? [];
  return (
    <Panel title="Repositories">
      <ul className="plain-list">
        {watching.slice(0, 50).map(({ repo, role, answeredAgoMs, trouble }) => (
          <li key={repo}>
            <strong>{repo}</strong> {roleWords.get(role) ?? role},{' '}
            {answeredAgoMs === null ? 'no answer yet' : `answered ${spanText(answeredAgoMs)} ago`}
            {trouble === null ? null : (
              <span className="trouble">
                {' '}
                {trouble.code}: {trouble.reason}
              </span>
            )}
          </li>
        ))}
      </ul>
      {watching.length === 0 ? <p className="pad quiet">It watches none.</p> : null}
    </Panel>
  );
}
