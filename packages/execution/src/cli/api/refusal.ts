/** Why a request of a tool is not let through. Travels no further than the proxy, which answers with it. */
export class ProxyRefusal extends Error {
  override readonly name = 'ProxyRefusal';
  /** Of the answer over HTTP. */
  readonly status: number;

  constructor(status: number, reason: string, options?: { cause?: unknown }) {
    super(reason, options);
    this.status = status;
  }
}
