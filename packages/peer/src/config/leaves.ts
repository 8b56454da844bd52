/** Between a nested configuration and its values by path. A list is one value. */
export interface Leaf {
  readonly path: string;
  readonly value: unknown;
}

export function leavesOf(value: unknown, prefix = ''): Leaf[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return value === undefined ? [] : [{ path: prefix, value }];
  }
  return Object.entries(value).flatMap(([name, inner]) =>
    leavesOf(inner, prefix === '' ? name : `${prefix}.${name}`),
  );
}

/** A value where a section should stand (or the other way round) stays, for the schema to refuse. */
export function nest(leaves: readonly Leaf[]): Record<string, unknown> {
  const root: Record<string, unknown> = Object.create(null);
  for (const { path, value } of leaves) {
    const names = path.split('.');
    const last = names.pop() ?? path;
    let section: Record<string, unknown> | null = root;
    for (const name of names) section = sectionOf(section, name);
    if (section !== null) section[last] = value;
  }
  return root;
}

function sectionOf(
  parent: Record<string, unknown> | null,
  name: string,
): Record<string, unknown> | null {
  if (parent === null) return null;
  parent[name] ??= Object.create(null);
  const section = parent[name];
  return isSection(section) ? section : null;
}

function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
