import { Link } from '../app/navigation.tsx';
import { webLink } from '../ui/web-link.ts';
import type { Done, Running } from './run.ts';

/** What became of an order, told to eyes and ears. */
export function Outcome({ running }: { readonly running: Running }) {
  return (
    <p className="outcome" data-kind={running.kind} role="status">
      {running.kind === 'busy' ? 'Asking the peer …' : null}
      {running.kind === 'done' ? <DoneWords done={running} /> : null}
      {running.kind === 'refused' ? `${running.text} ${running.advice}` : null}
    </p>
  );
}

function DoneWords({ done: { text, link, page } }: { readonly done: Done }) {
  if (page !== undefined) {
    return (
      <>
        <Link to={page.to}>{page.text}</Link>. {text}
      </>
    );
  }
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
