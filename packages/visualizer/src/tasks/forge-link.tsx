import { usePage } from '../app/page-context.ts';

/** The page of an issue or a pull request, where the forge is known to have pages. */
export function ForgeLink(props: {
  readonly task: string;
  readonly kind: 'issues' | 'pull';
  /** Null: the issue itself. */
  readonly number: number | null;
}) {
  const { state } = usePage();
  const { task, kind } = props;
  const hash = task.lastIndexOf('#');
  const number = props.number ?? Number(task.slice(hash + 1));
  const text = kind === 'issues' ? `Issue #${number}` : `Pull request #${number}`;
  const base = siteOf(state.status?.forge.apiUrl ?? '');
  if (base === null) return <span>{text}</span>;
  const href = `${base}/${task.slice(0, hash)}/${kind}/${number}`;
  return (
    <a href={href} target="_blank" rel="noreferrer">
      {text}
    </a>
  );
}

/** Null: a forge that has an API only, such as the embedded one. */
function siteOf(apiUrl: string): string | null {
  if (apiUrl === 'https://api.github.com') return 'https://github.com';
  return apiUrl.startsWith('https://') && apiUrl.endsWith('/api/v3')
    ? apiUrl.slice(0, -'/api/v3'.length)
    : null;
}
