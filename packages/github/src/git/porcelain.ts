/** Reads `git push --porcelain`: a line `<flag>\t<from>:<to>\t<summary>` for each ref. */
export type RefVerdict =
  /** Moved, created, or already there. */
  | { readonly kind: 'stands' }
  /** The lease failed before anything was sent. */
  | { readonly kind: 'held back'; readonly reason: string }
  /** The forge said no. */
  | { readonly kind: 'turned down'; readonly reason: string }
  /** It was sent and nothing was heard. */
  | { readonly kind: 'silent'; readonly reason: string };

const lineOf = /^([ +\-*=!])\t([^\t:]*):([^\t]+)\t(.*)$/;

/** By full name of the ref. */
export function parsePorcelain(stdout: string): Map<string, RefVerdict> {
  const verdicts = new Map<string, RefVerdict>();
  for (const line of stdout.split('\n')) {
    const [, flag, , ref, summary = ''] = lineOf.exec(line) ?? [];
    if (flag === undefined || ref === undefined) continue;
    verdicts.set(ref, flag === '!' ? refusal(ref, summary) : { kind: 'stands' });
  }
  return verdicts;
}

function refusal(ref: string, summary: string): RefVerdict {
  const reason = `${ref}: ${summary.replaceAll(/\p{Cc}/gu, ' ')}`;
  if (summary.startsWith('[remote rejected]')) return { kind: 'turned down', reason };
  if (summary.startsWith('[rejected]')) return { kind: 'held back', reason };
  return { kind: 'silent', reason };
}
