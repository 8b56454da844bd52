/**
 * The tables in which emulate's GitHub plugin keeps its rows, made by us so that every change can
 * be journalled: emulate's own store offers no way out for its state. The method names are the
 * ones that the plugin calls; a row is replaced, never mutated, so a journalled row stays true.
 */
export interface Row {
  readonly id: number;
  /** ISO time to the second, as GitHub writes it. */
  readonly created_at: string;
  readonly updated_at: string;
}

export interface Table<R extends Row> {
  insert(data: Omit<R, keyof Row> & Partial<Row>): R;
  get(id: number): R | undefined;
  findBy<K extends keyof R>(field: K, value: R[K]): R[];
  findOneBy<K extends keyof R>(field: K, value: R[K]): R | undefined;
  update(id: number, data: Partial<R>): R | undefined;
  delete(id: number): boolean;
  all(): R[];
  count(filter?: (row: R) => boolean): number;
}

/** One change, as journalled. */
export type Change =
  | { readonly set: Row; readonly table: string }
  | { readonly delete: number; readonly table: string };

export interface StoreImage {
  readonly tables: Record<string, { readonly nextId: number; readonly rows: readonly Row[] }>;
}

export interface Store {
  /** The name that emulate's plugin calls; `indexes` name the fields that findBy must be fast on. */
  collection<R extends Row>(name: string, indexes?: readonly string[]): Table<R>;
  getData(key: string): unknown;
  setData(key: string, value: unknown): void;
  image(): StoreImage;
  load(image: StoreImage): void;
  apply(change: Change): void;
}

/** `record` hears of every change at once, in order; `now` is in milliseconds since the epoch. */
export function createStore(deps: {
  readonly now: () => number;
  readonly record: (change: Change) => void;
}): Store {
  const tables = new Map<string, MemoryTable>();
  // Only OAuth flows of emulate use this, which the forge does not serve: not persisted.
  const data = new Map<string, unknown>();

  const table = (name: string): MemoryTable => {
    const existing = tables.get(name);
    if (existing !== undefined) return existing;
    const made = createTable(name, deps);
    tables.set(name, made);
    return made;
  };

  return {
    // The plugin's rows are untyped; whoever names a table states the shape of its rows.
    collection: <R extends Row>(name: string, indexes: readonly string[] = []) => {
      const found = table(name);
      found.index(indexes);
      return found.rows as unknown as Table<R>;
    },
    getData: (key) => data.get(key),
    setData: (key, value) => void data.set(key, value),
    image: () => ({
      tables: Object.fromEntries([...tables].map(([name, one]) => [name, one.image()])),
    }),
    load(image) {
      for (const [name, one] of Object.entries(image.tables)) table(name).load(one);
    },
    apply: (change) => table(change.table).apply(change),
  };
}

type AnyRow = Row & Record<string, unknown>;

interface MemoryTable {
  readonly rows: Table<AnyRow>;
  index(fields: readonly string[]): void;
  image(): { nextId: number; rows: Row[] };
  load(image: { readonly nextId: number; readonly rows: readonly Row[] }): void;
  apply(change: Change): void;
}

function createTable(
  name: string,
  deps: { readonly now: () => number; readonly record: (change: Change) => void },
): MemoryTable {
  const byId = new Map<number, AnyRow>();
  const indexes = new Map<string, Map<unknown, Set<number>>>();
  let nextId = 1;

  const unlink = (row: AnyRow): void => {
    for (const [field, index] of indexes) index.get(row[field])?.delete(row.id);
  };
  const link = (row: AnyRow): void => {
    for (const [field, index] of indexes) {
      const ids = index.get(row[field]);
      if (ids === undefined) index.set(row[field], new Set([row.id]));
      else ids.add(row.id);
    }
  };
  const put = (row: AnyRow): void => {
    const old = byId.get(row.id);
    if (old !== undefined) unlink(old);
    byId.set(row.id, row);
    link(row);
    nextId = Math.max(nextId, row.id + 1);
  };
  const remove = (id: number): boolean => {
    const old = byId.get(id);
    if (old === undefined) return false;
    unlink(old);
    return byId.delete(id);
  };
  const save = (row: AnyRow): AnyRow => {
    put(row);
    deps.record({ table: name, set: row });
    return row;
  };
  const findBy = (field: string, value: unknown): AnyRow[] => {
    const index = indexes.get(field);
    if (index === undefined) return [...byId.values()].filter((row) => row[field] === value);
    return [...(index.get(value) ?? [])].flatMap((id) => byId.get(id) ?? []);
  };

  const rows: Table<AnyRow> = {
    insert(input) {
      const now = isoSeconds(deps.now());
      const id = typeof input.id === 'number' && input.id > 0 ? input.id : nextId;
      return save({ ...toSeconds(input), id, created_at: now, updated_at: now });
    },
    get: (id) => byId.get(id),
    findBy,
    findOneBy: (field, value) => findBy(field, value)[0],
    update(id, patch) {
      const old = byId.get(id);
      if (old === undefined) return undefined;
      return save({ ...old, updated_at: isoSeconds(deps.now()), ...toSeconds(patch), id });
    },
    delete(id) {
      const gone = remove(id);
      if (gone) deps.record({ table: name, delete: id });
      return gone;
    },
    all: () => [...byId.values()],
    count: (filter) =>
      filter === undefined ? byId.size : [...byId.values()].filter(filter).length,
  };

  return {
    rows,
    index(fields) {
      for (const field of fields) {
        if (indexes.has(field)) continue;
        indexes.set(field, new Map());
        for (const row of byId.values()) {
          unlink(row);
          link(row);
        }
      }
    },
    image: () => ({ nextId, rows: [...byId.values()] }),
    load(image) {
      for (const row of image.rows) put(row as AnyRow);
      nextId = Math.max(nextId, image.nextId);
    },
    apply(change) {
      if ('set' in change) put(change.set as AnyRow);
      else remove(change.delete);
    },
  };
}

/** GitHub's times have no fraction; code that compares them must meet that here too. */
export function isoSeconds(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}

function toSeconds<T extends object>(row: T): T {
  const entries = Object.entries(row).map(([key, value]) => [
    key,
    key.endsWith('_at') && typeof value === 'string'
      ? value.replace(/\.\d{3}Z$/, 'Z')
      : (value as unknown),
  ]);
  // Same keys, and only strings became other strings.
  return Object.fromEntries(entries) as T;
}
