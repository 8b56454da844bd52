import { multiaddr } from '@multiformats/multiaddr';
import { describe, expect, it } from 'vitest';
import { nearFirst } from '../src/near-first.ts';

const interfaces = () => ({
  lo: [{ cidr: '127.0.0.1/8', internal: true }],
  docker0: [{ cidr: '172.17.0.1/16', internal: false }],
  eth0: [
    { cidr: '192.168.7.20/24', internal: false },
    { cidr: 'fd00:7::20/64', internal: false },
    { cidr: null, internal: false },
  ],
  gone: undefined,
});

function sorted(...addresses: string[]): string[] {
  return addresses
    .map((text) => ({ multiaddr: multiaddr(text), isCertified: false }))
    .sort(nearFirst({ interfaces }))
    .map((address) => address.multiaddr.toString());
}

describe('the addresses of a peer', () => {
  it('are tried on networks of our own first, then as they come, on loopback last', () => {
    const near = '/ip4/192.168.7.9/tcp/4801';
    const near6 = '/ip6/fd00:7::9/tcp/4801';
    const bridge = '/ip4/172.19.0.1/tcp/4801';
    const vpn = '/ip4/10.8.0.2/tcp/4801';
    const loopback = '/ip4/127.0.0.1/tcp/4801';
    expect(sorted(loopback, bridge, vpn, near, near6)).toEqual([
      near,
      near6,
      bridge,
      vpn,
      loopback,
    ]);
  });

  it('with a name instead of an address are nowhere near, and no error', () => {
    expect(sorted('/dns4/example.org/tcp/4801', '/ip4/192.168.7.9/tcp/4801')[0]).toContain('/ip4/');
  });
});
