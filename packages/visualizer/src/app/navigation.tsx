/** Where the page is, by the browser's own history. */
import { type MouseEvent, type ReactNode, useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  globalThis.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    globalThis.removeEventListener('popstate', listener);
  };
}

export function usePath(): string {
  return useSyncExternalStore(subscribe, () => globalThis.location.pathname);
}

export function navigate(path: string): void {
  if (path === globalThis.location.pathname) return;
  globalThis.history.pushState(null, '', path);
  for (const listener of listeners) listener();
  // Whoever follows by ear is told where he is now.
  const main = globalThis.document.querySelector('main');
  main?.focus({ preventScroll: true });
  main?.scrollTo(0, 0);
}

export function Link(props: {
  readonly to: string;
  readonly className?: string;
  readonly current?: boolean;
  readonly title?: string;
  readonly children: ReactNode;
}) {
  const { to, className, current, title, children } = props;
  const onClick = (event: MouseEvent) => {
    // Another tab or window is the browser's business.
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a
      href={to}
      className={className}
      title={title}
      onClick={onClick}
      aria-current={current === true ? 'page' : undefined}
    >
      {children}
    </a>
  );
}
