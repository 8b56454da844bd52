/** Why a connection to a host is not made. Travels no further than the proxy, which answers with it. */
export class EgressRefusal extends Error {
  override readonly name = 'EgressRefusal';
  /** Of the answer over HTTP. */
  readonly status: number;

  constructor(status: number, reason: string, options?: { cause?: unknown }) {
    super(reason, options);
    this.status = status;
  }
}
