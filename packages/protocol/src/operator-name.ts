/** Whom a journal names for an order. */
import { z } from 'zod';

/** In place of the name of a key: it was said over the control socket, by whoever sat at the machine. */
export const terminalAsker = 'control socket';

/** What an operating system calls somebody. Nothing that a terminal or a page would act on. */
export const UserName = z.string().regex(/^[\p{L}\p{N}_.@\\-][\p{L}\p{N}_.@\\$ -]{0,63}$/u);

/** Who ordered something, as people say it; `peer`: the name of the one whose journal tells it. */
export function askerWords(
  { by, user }: { readonly by: string; readonly user?: string | undefined },
  peer: string,
): string {
  return by === terminalAsker ? `${user ?? 'somebody'} at the terminal of ${peer}` : by;
}
