/** The small parts that every page is made of. */
import type { ReactNode } from 'react';

export function Panel(props: {
  readonly title?: string;
  readonly aside?: ReactNode;
  readonly className?: string;
  readonly children: ReactNode;
}) {
  const { title, aside, className, children } = props;
  return (
    <section className={`panel ${className ?? ''}`} aria-label={title}>
      {title === undefined ? null : (
        <header className="panel-head">
          <h2>{title}</h2>
          {aside === undefined ? null : <div className="panel-aside">{aside}</div>}
        </header>
      )}
      {children}
    </section>
  );
}

/** A state in a word, with a mark so that colour is not all that tells it. */
export function Badge(props: { readonly state: string; readonly children?: ReactNode }) {
  return (
    <span className="badge" data-state={props.state}>
      <span className="dot" aria-hidden="true" />
      {props.children ?? props.state}
    </span>
  );
}

/** Says that there is nothing, and what would change that. */
export function Empty(props: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{props.title}</p>
      {props.children === undefined ? null : <p>{props.children}</p>}
    </div>
  );
}

/** A share of a whole as a bar; its text says the same. */
export function Meter(props: {
  readonly share: number;
  readonly text: string;
  readonly label: string;
  readonly tone?: 'plain' | 'warn' | 'bad';
}) {
  const { share, text, label, tone } = props;
  const width = `${Math.min(100, Math.max(0, share * 100))}%`;
  return (
    <span className="meter" data-tone={tone ?? 'plain'}>
      <span className="meter-bar" aria-hidden="true">
        <span className="meter-fill" style={{ width }} />
      </span>
      <span className="meter-text">
        <span className="hidden">{label} </span>
        {text}
      </span>
    </span>
  );
}

export function Facts(props: { readonly facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="facts">
      {props.facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Tags(props: { readonly items: readonly string[]; readonly max?: number }) {
  const max = props.max ?? 12;
  const more = props.items.length - max;
  if (props.items.length === 0) return <span className="quiet">none</span>;
  return (
    <span className="tags">
      {props.items.slice(0, max).map((item) => (
        <span className="tag" key={item}>
          {item}
        </span>
      ))}
      {more > 0 ? <span className="quiet">and {more} more</span> : null}
    </span>
  );
}

export function Button(props: {
  readonly onClick: () => void;
  readonly kind?: 'plain' | 'main' | 'danger' | 'quiet';
  readonly disabled?: boolean;
  readonly label?: string;
  readonly pressed?: boolean;
  /** The element that says why it does nothing now; it is reached all the same, so that this is read. */
  readonly barredBy?: string | undefined;
  readonly children: ReactNode;
}) {
  const { onClick, kind, disabled, label, pressed, barredBy, children } = props;
  const isBarred = barredBy !== undefined;
  return (
    <button
      type="button"
      className="button"
      data-kind={kind ?? 'plain'}
      disabled={disabled === true}
      aria-disabled={isBarred ? true : undefined}
      aria-describedby={barredBy}
      aria-label={label}
      aria-pressed={pressed}
      onClick={isBarred ? undefined : onClick}
    >
      {children}
    </button>
  );
}
