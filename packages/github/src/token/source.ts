import type { BzzzError } from '@bzzz/protocol';

/**
 * Where the token comes from. Asked before every use, so a token that was replaced is in use with the
 * next request.
 */
export interface TokenSource {
  /**
   * The token as it is now. `refused` is a token that the forge has just turned down: whatever is
   * remembered is not good enough then. Throws `forge_unauthorized` when there is none, `aborted` when the
   * signal fires before, and what the source itself says when it cannot be asked, or could not a moment ago.
   */
  get(options?: TokenOptions): Promise<string>;
  /** Of a source that is asked ahead of time; asks nobody. Absent: `get` tells all there is to know. */
  state?(): TokenState;
  /** Ends what it does in the background, and gives back what it was lent. Idempotent. */
  close?(): Promise<void>;
}

export interface TokenOptions {
  readonly refused?: string | undefined;
  /** Ends the waiting of this one; what others wait for goes on. */
  readonly signal?: AbortSignal | undefined;
}

export interface TokenState {
  /** For people: `Vault at https://vault:8200, auth/approle`. */
  readonly from: string;
  /** Null: there is none, or none that expires. */
  readonly expiresInMs: number | null;
  /** Whether there is one that serves. */
  readonly usable: boolean;
  /** What the token may do, by GitHub's names; null: the source does not say. */
  readonly permissions: Readonly<Record<string, string>> | null;
  /** Why no new one can be had, and for how long that has been so; null: the last try succeeded. */
  readonly trouble: { readonly error: BzzzError; readonly forMs: number } | null;
}
