import type { StreamEvent } from '@bzzz/protocol/api';

const texts = new WeakMap<StreamEvent, string>();

/** An event as JSON, made once for all who are told it: they are given the same object. */
export function textOf(event: StreamEvent): string {
  const known = texts.get(event);
  if (known !== undefined) return known;
  const text = JSON.stringify(event);
  texts.set(event, text);
  return text;
}
