/** What a peer shows on the forge, as words for what it is about to do, did, or found done. Pure. */

interface EffectWords {
  readonly next: string;
  readonly did: string;
  /** There was nothing left to write. */
  readonly found: string;
}

/** `it`: the task, as `#7`. */
export function effectWords(effect: string, it: string): EffectWords {
  const say = Object.hasOwn(words, effect) ? words[effect] : undefined;
  return say === undefined
    ? {
        next: `is about to do for ${it}: ${effect}`,
        did: `did for ${it}: ${effect}`,
        found: `was done for ${it}: ${effect}`,
      }
    : say(it);
}

const words: Readonly<Record<string, (it: string) => EffectWords>> = {
  'pull-request': (it) => ({
    next: `is about to open a pull request for ${it}`,
    did: `opened the pull request for ${it}`,
    found: `found the pull request for ${it}`,
  }),
  assign: (it) => ({
    next: `is about to assign ${it} to its account`,
    did: `assigned ${it} to its account`,
    found: `${it} is assigned to its account`,
  }),
  unassign: (it) => ({
    next: `is about to take its account off ${it}`,
    did: `took its account off ${it}`,
    found: `its account is not on ${it}`,
  }),
  comment: (it) => ({
    next: `is about to write its comment on ${it}`,
    did: `wrote its comment on ${it}`,
    found: `its comment on ${it} is as it should be`,
  }),
  label: (it) => ({
    next: `is about to label ${it}`,
    did: `labelled ${it}`,
    found: `${it} has its label`,
  }),
  verdicts: (it) => ({
    next: `is about to put the verdicts on the pull request of ${it}`,
    did: `put the verdicts on the pull request of ${it}`,
    found: `the verdicts are on the pull request of ${it}`,
  }),
  ready: (it) => ({
    next: `is about to make the pull request of ${it} ready`,
    did: `made the pull request of ${it} ready`,
    found: `the pull request of ${it} is ready`,
  }),
  draft: (it) => ({
    next: `is about to make the pull request of ${it} a draft again`,
    did: `made the pull request of ${it} a draft again`,
    found: `the pull request of ${it} is a draft`,
  }),
};
