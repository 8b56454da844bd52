/** Time comes in through here, so that the simulator can run hours in a second. */
export interface Clock {
  /** Milliseconds since 1970; may jump either way. For people and for the journal's clock only. */
  wallMs(): number;
  /** Milliseconds since some fixed moment; never runs backwards. All durations are measured on it. */
  monotonicMs(): number;
  /** Calls `run` once after at least `delayMs`; the returned function cancels it. */
  after(delayMs: number, run: () => void): () => void;
}
