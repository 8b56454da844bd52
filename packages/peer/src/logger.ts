/**
 * Structured logs, a line each, for the operator. `error`: the peer cannot do its job. `warn`:
 * somebody should look. `info`: what the peer did. `debug`: everything else. Text that came over
 * the network stands at `debug` only, and never in `message`.
 */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  child(component: string): Logger;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: 'text' | 'json';
  /** Default: standard error. */
  readonly write?: (line: string) => void;
}

export function createLogger(options: LoggerOptions, component = 'peer'): Logger {
  const { level, format, write = (line) => process.stderr.write(line) } = options;
  const log =
    (at: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (logLevels.indexOf(at) < logLevels.indexOf(level)) return;
      const time = new Date().toISOString();
      const line =
        format === 'json'
          ? JSON.stringify({ time, level: at, component, message, ...fields })
          : `${time.slice(11, 23)} ${at.padEnd(5)} ${component.padEnd(8)} ${message}${textOf(fields)}`;
      write(`${line}\n`);
    };
  return {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    child: (name) => createLogger(options, name),
  };
}

function textOf(fields: LogFields): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${plain(String(value))}`)
    .join('');
}

/** Whatever could break the line or the terminal is quoted. */
function plain(text: string): string {
  return /^[\x21-\x7e]*$/.test(text) && !text.includes('"') ? text : JSON.stringify(text);
}
