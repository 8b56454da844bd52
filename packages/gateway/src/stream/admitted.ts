import { BzzzError } from '@bzzz/protocol';

/** Aborts with the signal, and when whoever reads a stream may not read it any more: its key or session is gone. */
export function whileAdmitted(
  signal: AbortSignal,
  { admit, everyMs }: { readonly admit: () => Promise<unknown>; readonly everyMs: number },
): AbortSignal {
  const over = new AbortController();
  const timer = setInterval(() => {
    admit().catch(() => over.abort(new BzzzError('gateway_unauthorized', 'the key is gone')));
  }, everyMs);
  const either = AbortSignal.any([signal, over.signal]);
  const end = () => clearInterval(timer);
  either.addEventListener('abort', end, { once: true });
  if (either.aborted) end();
  return either;
}
