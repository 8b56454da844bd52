/**
 * What the switch drops, as the text that nft takes. Only IP: that others are still found by ARP makes it
 * what a router far away would do, and silent; without it the kernel soon knows that somebody is gone.
 */

/** From the cable of one host to that of another, in that direction only. */
export interface Way {
  readonly from: string;
  readonly to: string;
}

export interface Loss extends Way {
  /** Of a hundred packets so many are dropped; 100 is a cut, which nobody is told of. */
  readonly percent: number;
}

const table = 'bridge faults';

export const firstRules = `table ${table} {
  chain between { type filter hook forward priority 0; policy accept; }
}`;

export interface Drops {
  readonly losses: readonly Loss[];
  /** Nobody hears what is said to a group. */
  readonly multicast: boolean;
}

/** The whole of what is dropped; nft puts it in place at once. */
export function rulesOf({ losses, multicast }: Drops): string {
  const lines = losses.map(({ from, to, percent }) => {
    const chance = percent >= 100 ? '' : ` numgen random mod 100 < ${percent}`;
    return `add rule ${table} between iifname "${from}" oifname "${to}" ether type ip${chance} drop`;
  });
  const groups = multicast ? [`add rule ${table} between meta pkttype multicast drop`] : [];
  return [`flush chain ${table} between`, ...groups, ...lines].join('\n');
}

/** Both ways between each of these and each of those. */
export function waysBetween(these: readonly string[], those: readonly string[]): Way[] {
  return these.flatMap((one) =>
    those.flatMap((other) =>
      one === other
        ? []
        : [
            { from: one, to: other },
            { from: other, to: one },
          ],
    ),
  );
}
