/** `make` of one thing, made anew only for another thing: a list that is the same costs nothing the next time. */
export function remembered<T extends object, R>(make: (of: T) => R): (of: T) => R {
  let last: { readonly of: T; readonly made: R } | null = null;
  return (of) => {
    if (last?.of !== of) last = { of, made: make(of) };
    return last.made;
  };
}
