/** What a peer shows on the forge, in words. Pure. */

type Fields = Readonly<Record<string, unknown>>;

/** Undefined: as the entry stands. Null: it was there already, which says nothing new. */
export function effectText(body: Fields): string | null | undefined {
  const { effect, written, id } = body;
  if (effect === 'pull-request' && typeof id === 'number') {
    return `${written === true ? 'opened' : 'found'} pull request #${id}`;
  }
  if (written !== true) return null;
  return typeof effect === 'string' && Object.hasOwn(words, effect) ? words[effect] : undefined;
}

const words: Readonly<Record<string, string>> = {
  assign: 'assigned the issue to its account',
  unassign: 'took its account off the issue',
  comment: 'wrote its comment on the issue',
  label: 'put a label on the issue',
  verdicts: 'put the verdicts on the pull request',
  ready: 'made the pull request ready for review',
  draft: 'made the pull request a draft again',
};

/** Of one peer, what was begun and what became of it have this in common. */
export function effectOf(peer: string | null, { effect, epoch }: Fields): string {
  return `${peer} ${String(epoch)} ${String(effect)}`;
}
