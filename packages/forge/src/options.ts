import type { ForgeApp } from './apps/apps.ts';
import type { RateLimits } from './http/limits.ts';
import type { SeedRepository } from './seed.ts';

export interface ForgeLogger {
  info(message: string): void;
  error(message: string): void;
}

export interface ForgeOptions {
  /** Bare repositories lie in `<dataDir>/<owner>/<repo>.git`, all else in `<dataDir>/.state`. */
  readonly dataDir: string;
  /** A loopback address; the forge is not made to face a network. Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** A user may appear several times, with one token each. */
  readonly users?: readonly { readonly login: string; readonly token?: string }[];
  readonly repos?: readonly SeedRepository[];
  readonly apps?: readonly ForgeApp[];
  readonly limits?: Partial<RateLimits>;
  /** For the faults' dice. Default 1. */
  readonly seed?: number;
  /** Switches the routes under /_bzzz/ on. */
  readonly adminToken?: string;
  /** The largest request body, a push included. Default 256 MiB. */
  readonly bodyBytesMax?: number;
  /** How long stop() waits for requests under way before it cuts them off. Default 5000. */
  readonly stopGraceMs?: number;
  /** Milliseconds since the epoch. Default Date.now. */
  readonly now?: () => number;
  readonly logger?: ForgeLogger;
}
