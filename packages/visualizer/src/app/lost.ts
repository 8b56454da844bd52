/** What a person reads while the peer that serves the page does not answer. */
import { listText } from '../ui/text.ts';
import { agoText } from '../ui/time.ts';

export interface Lost {
  /** Since the peer told last how it is; null: it never did. */
  readonly silentMs: number | null;
  /** Host and port that the page asks. */
  readonly host: string;
  readonly self: string | null;
  /** Names of the other peers that were alive then. */
  readonly others: readonly string[];
}

/** A peer that is restarted at the same address is back before that. */
const restartMsMax = 15_000;
const othersMax = 4;

/** With backticks around what is typed, as `Words` takes it. */
export function lostWords({ silentMs, host, self, others }: Lost): string {
  const shown =
    silentMs === null
      ? 'It has told nothing yet.'
      : `What is shown is as it was ${agoText(silentMs)}.`;
  const again = `The page tries again by itself, at ${host}.`;
  if (silentMs !== null && silentMs < restartMsMax) return `${shown} ${again}`;
  const moved = `If ${self ?? 'the peer'} was started anew, its page may stand at another address, which this page cannot know: \`bzzz open\` on its machine prints it.`;
  const elsewhere =
    others.length === 0
      ? ''
      : ` The same mesh is shown by the other peers that serve a page, by \`bzzz open\` on their machines: ${listText(others, othersMax)}.`;
  return `${shown} ${again} ${moved}${elsewhere}`;
}
