/**
 * Whether a request may come from a browser's page. A page of somebody else must not make a visitor's browser
 * ask this peer, neither by its address nor by a name of theirs that they let point at it (DNS rebinding).
 */
import { BzzzError, hostPortOf } from '@bzzz/protocol';

export interface Asked {
  /** The header `host`. */
  readonly host: string | undefined;
  /** The header `origin`; undefined: not sent, as by programs. */
  readonly origin: string | undefined;
}

const loopback: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '::1']);

/** Throws `gateway_host_unknown`, `gateway_origin_refused`. */
export function assertOrigin({ host, origin }: Asked, names: ReadonlySet<string>): void {
  const name = hostNameOf(host ?? '');
  if (name === undefined || !(loopback.has(name) || names.has(name))) {
    throw new BzzzError('gateway_host_unknown', `${host ?? 'no host'} is not a name of this peer`);
  }
  if (origin === undefined) return;
  if (URL.canParse(origin) && new URL(origin).host === host) return;
  throw new BzzzError('gateway_origin_refused', `${origin} is not the page of this peer`);
}

function hostNameOf(host: string): string | undefined {
  return (hostPortOf(host) ?? hostPortOf(`${host}:80`))?.host.toLowerCase();
}
