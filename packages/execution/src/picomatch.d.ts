/** The package ships no types; this is the part that is used. */
declare module 'picomatch' {
  export default function picomatch(
    globs: readonly string[],
    options?: { readonly dot?: boolean },
  ): (path: string) => boolean;
}
