import { usePage } from '../app/page-context.ts';
import { Panel } from '../ui/parts.tsx';
import { spanText } from '../ui/time.ts';

/** The repositories that this peer looks at. */
export function Watching() {
  const { state } = usePage();
  const watching = state.status?.forge.watching ?? [];
  return (
    <Panel title="Repositories">
      <ul className="plain-list">
        {watching.slice(0, 50).map(({ repo, role, answeredAgoMs, trouble }) => (
          <li key={repo}>
            <strong>{repo}</strong> {role},{' '}
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
