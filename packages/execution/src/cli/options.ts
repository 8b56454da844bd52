/** What an operator or a test may set of a coding command line. */
export interface CliOptions {
  /** Root of the model API. Default: the usual one of the API that the tool speaks. */
  readonly apiUrl?: string | undefined;
  /** Asked for each request to the API; absent: the server wants none. Throws a `BzzzError`. */
  readonly apiKey?: (() => Promise<string>) | undefined;
  /** Default: the tool chooses. */
  readonly model?: string | undefined;
  /** What it may ask besides `model`. Without `model` it asks what it likes. */
  readonly models?: readonly string[] | undefined;
  /** Name or absolute path of the program. Default: the usual name. */
  readonly program?: string | undefined;
  /** Further folders that it needs to see, such as that of its Python. */
  readonly folders?: readonly string[] | undefined;
  /**
   * What it may print. Default 16 MiB: it tells in its events all that it reads. Higher: long work of a
   * talkative tool ends well, a flood costs more.
   */
  readonly outputBytesMax?: number | undefined;
  /** To learn its version. Default 20 seconds. */
  readonly lookMs?: number | undefined;
  /** A model API from which nothing comes for so long is given up. Default 5 minutes. */
  readonly stallMs?: number | undefined;
}

export interface CliSettings {
  readonly apiUrl: string | null;
  readonly apiKey: () => Promise<string | null>;
  readonly model: string | null;
  /** What its requests may name; null: anything. */
  readonly models: readonly string[] | null;
  readonly program: string | null;
  readonly folders: readonly string[];
  readonly outputBytesMax: number;
  readonly lookMs: number;
  readonly stallMs: number;
}

export function settingsOf(options: CliOptions): CliSettings {
  return {
    apiUrl: options.apiUrl ?? null,
    apiKey: options.apiKey ?? (async () => null),
    model: options.model ?? null,
    models: options.model === undefined ? null : [options.model, ...(options.models ?? [])],
    program: options.program ?? null,
    folders: options.folders ?? [],
    outputBytesMax: options.outputBytesMax ?? 16 * 1024 * 1024,
    lookMs: options.lookMs ?? 20_000,
    stallMs: options.stallMs ?? 300_000,
  };
}
