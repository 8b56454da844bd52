export interface TcpAddress {
  readonly host: string;
  readonly port: number;
}

/** Host and port of a multiaddr such as `/ip4/10.0.0.7/tcp/4801/p2p/12D3...`; null: no plain TCP. */
export function tcpAddress(multiaddr: string): TcpAddress | null {
  const [, host, port] =
    /^\/(?:ip4|ip6|dns|dns4|dns6)\/([^/]+)\/tcp\/(\d{1,5})(?:\/p2p\/\w+)?$/.exec(multiaddr) ?? [];
  return host === undefined || port === undefined ? null : { host, port: Number(port) };
}
