export interface Random {
  /** Unpredictable in production, seeded in the simulator. */
  bytes(count: number): Uint8Array;
  /** Uniform in [0, 1). */
  unit(): number;
}
