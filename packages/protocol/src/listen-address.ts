/** `host:port` as people write it; an IPv6 address stands in brackets. */
import { z } from 'zod';

export interface HostPort {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

const hostName = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;
const IpV6 = z.ipv6();

/** Null: it is none. A host is always asked for, so that nobody listens everywhere by mistake. */
export function hostPortOf(text: string): HostPort | null {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? '';
  const port = Number(digits);
  const isHost = bracketed === undefined ? hostName.test(host) : IpV6.safeParse(host).success;
  return isHost && port <= 65_535 ? { host, port } : null;
}

export const ListenAddress = z
  .string('host:port is needed')
  .refine(
    (text) => hostPortOf(text) !== null,
    'not host:port, such as 127.0.0.1:4802 or [::1]:4802',
  );
