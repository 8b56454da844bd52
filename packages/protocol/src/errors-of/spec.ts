export interface ErrorSpec {
  /** HTTP status with which a gateway would answer. */
  readonly status: number;
  /** Whether the same call can succeed later without a person. */
  readonly retryable: boolean;
  /** What a person can do. */
  readonly advice: string;
}
