/** Which model a question is for, and whether the operator lets the tool ask it. */
import type { ApiName } from './apis.ts';
import type { Fields } from './bounds.ts';

/** Null: it names none. */
export function modelOf(api: ApiName, path: string, question: Fields): string | null {
  const named = api === 'gemini' ? /\/models\/([^/:]+):/.exec(path)?.[1] : question['model'];
  return typeof named === 'string' ? named : null;
}

/** `allowed`: null lets the tool choose. A release of an allowed model, by its date, is that model. */
export function mayAsk(model: string | null, allowed: readonly string[] | null): boolean {
  if (allowed === null) return true;
  return model !== null && allowed.some((name) => isSame(model, name));
}

const release = /^-(?:\d{8}|\d{4}-\d{2}-\d{2}|latest|\d{3})$/;
/** Claude Code takes these for the newest of a kind, and `[1m]` for a longer window. */
const kinds = new Set(['sonnet', 'opus', 'haiku']);

function isSame(model: string, allowed: string): boolean {
  const name = allowed.replace(/\[1m\]$/, '');
  if (model === name) return true;
  if (kinds.has(name)) return model.startsWith('claude-') && model.split('-').includes(name);
  return model.startsWith(name) && release.test(model.slice(name.length));
}
