/** Where a block of markdown begins. */

/** Marks of quotes and lists, in which everything else may stand. */
export const margin = String.raw`(?:[ \t>]|[*+\-][ \t]|[0-9]{1,9}[.)][ \t])*`;
