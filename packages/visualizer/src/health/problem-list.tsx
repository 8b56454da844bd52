import type { ReactNode } from 'react';
import { Panel } from '../ui/parts.tsx';
import { Words } from '../ui/words.tsx';

interface ProblemItem {
  readonly key: string;
  readonly severity: 'error' | 'warning';
  readonly text: string;
  /** From the registry of errors; absent: it has none. */
  readonly code?: string;
  readonly advice: string;
  /** What else is known of it, and what can be done here. */
  readonly more?: ReactNode;
}

interface ProblemListProps {
  readonly title: string;
  /** What is told where there are none. */
  readonly well: string;
  /** That is no good news either. */
  readonly uneasy?: boolean;
  /** What holds for all of them. */
  readonly note?: string | null;
  readonly items: readonly ProblemItem[];
}

const shownMax = 50;

/** What is wrong, and what to do about each. */
export function ProblemList({ title, well, uneasy, note, items }: ProblemListProps) {
  return (
    <Panel title={title} aside={items.length === 0 ? 'none' : String(items.length)}>
      {items.length === 0 ? (
        <p className={uneasy === true ? 'pad uneasy' : 'pad well'}>{well}</p>
      ) : (
        <ul className="problems">
          {items.slice(0, shownMax).map(({ key, severity, text, code, advice, more }) => (
            <li key={key} data-severity={severity}>
              <p>
                <strong>{text}</strong> {code === undefined ? null : <code>{code}</code>}
              </p>
              <p className="quiet">
                <Words text={advice} />
              </p>
              {more}
            </li>
          ))}
        </ul>
      )}
      {note === null || note === undefined ? null : (
        <p className="pad quiet">
          <Words text={note} />
        </p>
      )}
    </Panel>
  );
}
