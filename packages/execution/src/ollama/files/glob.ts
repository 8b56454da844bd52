/**
 * Patterns of paths that a model writes: `*` and `?` within a name, `**` for any folders. Never a
 * regular expression: this takes at most pattern times path, whatever somebody thinks up.
 */
export function matchesGlob(path: string, glob: string): boolean {
  // Without a slash it means a name, wherever it is.
  const pattern = (glob.includes('/') ? glob : `**/${glob}`).split('/');
  return fits(pattern, path.split('/'), {
    any: '**',
    one: (part, name) => fits(Array.from(part), Array.from(name), { any: '*', one: sameCharacter }),
  });
}

function sameCharacter(wanted: string, found: string): boolean {
  return wanted === '?' || wanted === found;
}

/**
 * The usual greedy match: on a misfit, the last `any` takes one item more. An earlier one never has to
 * be looked at again, since what stood between them has fitted as early as it could.
 */
function fits(
  pattern: readonly string[],
  items: readonly string[],
  { any, one }: { any: string; one: (wanted: string, found: string) => boolean },
): boolean {
  let at = 0;
  let back: { at: number; item: number } | null = null;
  for (let item = 0; item < items.length; ) {
    const wanted = pattern[at];
    const found = items[item];
    if (wanted === any) {
      back = { at, item };
      at += 1;
    } else if (wanted !== undefined && found !== undefined && one(wanted, found)) {
      at += 1;
      item += 1;
    } else if (back !== null) {
      back.item += 1;
      at = back.at + 1;
      item = back.item;
    } else {
      return false;
    }
  }
  return pattern.slice(at).every((part) => part === any);
}
