/** Whom a journal names for an order. */
import { z } from 'zod';
import type { PeerId } from './ids.ts';

/** In place of the name of a key: it was said over the control socket, by whoever sat at the machine. */
export const terminalAsker = 'control socket';

/** The same, of another member that said it for somebody there. */
export function memberAsker(peer: PeerId): string {
  return `peer ${peer}`;
}

/** What an operating system calls somebody. Nothing that a terminal or a page would act on. */
export const UserName = z.string().regex(/^[\p{L}\p{N}_.@\\-][\p{L}\p{N}_.@\\$ -]{0,63}$/u);

/**
 * Who ordered something, as people say it; `peer`: the name of the one whose journal tells it; `nameOf`: of another, by
 * its id.
 */
export function askerWords(
  { by, user }: { readonly by: string; readonly user?: string | undefined },
  peer: string,
  nameOf: (id: string) => string = (id) => id.slice(-8),
): string {
  const [, member] = /^peer (\S{8,60})$/.exec(by) ?? [];
  if (member !== undefined) return `peer ${nameOf(member)}`;
  return by === terminalAsker ? `${user ?? 'somebody'} at the terminal of ${peer}` : by;
}
