/** What an operator or a test may set of the executor `ollama`. */
export interface OllamaOptions {
  /** Root of the server, such as `http://127.0.0.1:11434`. */
  readonly url: string;
  /** Sent with every request, such as the key of a proxy in front of the server. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Largest window that is asked for, in tokens; a model with a smaller one gets its own. Default
   * 32,768. Higher: the model remembers more, and takes more memory of its machine.
   */
  readonly contextTokensMax?: number;
  /**
   * A server from which no byte comes for so long is given up. Default 5 minutes, and no more than
   * that: node's own fetch waits no longer. Lower: a hang costs less, a slow machine that still reads a
   * long prompt is given up too.
   */
  readonly stallMs?: number;
  /** One answer of the server, in bytes; a token takes about 200. Default 8 MiB. */
  readonly answerBytesMax?: number;
  /** One command that the model runs. Default 5 minutes. Higher: slow tests end, a hang costs more. */
  readonly commandMs?: number;
  /** To learn what models there are. Default 10 seconds. */
  readonly lookMs?: number;
}

export type OllamaSettings = Required<OllamaOptions>;

export function settingsOf(options: OllamaOptions): OllamaSettings {
  return {
    url: options.url,
    headers: options.headers ?? {},
    contextTokensMax: options.contextTokensMax ?? 32_768,
    stallMs: options.stallMs ?? 300_000,
    answerBytesMax: options.answerBytesMax ?? 8 * 1024 * 1024,
    commandMs: options.commandMs ?? 300_000,
    lookMs: options.lookMs ?? 10_000,
  };
}
