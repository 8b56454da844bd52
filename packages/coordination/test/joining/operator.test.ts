/** What the machine with the operator's key does: invites that open once, members, network keys. */
import { inviteText, networkKeyHash, parseInvite, secretHash } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { createOperator, type OperatorDeps } from '../../src/joining/operator.ts';
import { createDraws, peerOf } from '../support/identity.ts';
import { createManualClock, wallStartMs } from '../support/manual-clock.ts';
import { createMemoryHub } from '../support/memory-mesh.ts';
import { keysOf } from './keys.ts';
import { admissionOf, createAuthority } from './stand.ts';

const doors = ['/ip4/10.0.0.1/tcp/4803/p2p/x'];
const hourMs = 3_600_000;

/** A machine with the key; what it wrote survives `restart`. */
async function founder() {
  const clock = createManualClock();
  const mesh = createAuthority();
  const { admission } = await admissionOf(
    { clock, hub: createMemoryHub() },
    mesh,
    1,
    await mesh.listOf(1),
  );
  const keys = keysOf('1'.repeat(64));
  const disk = { invites: [] as OperatorDeps['invites'], failing: false };
  let starts = 0;
  const start = (change: Partial<OperatorDeps> = {}) => {
    starts += 1;
    return createOperator({
      clock,
      random: createDraws(starts),
      operator: mesh.operator,
      self: peerOf(1),
      admission,
      keys,
      invites: disk.invites,
      saveInvites: async (records) => {
        disk.invites = structuredClone(records);
      },
      addresses: () => ['/ip4/10.0.0.1/tcp/4801'],
      onInvites: () => undefined,
      ...change,
    });
  };
  return { clock, admission, keys, disk, start, operator: start(), mesh };
}

async function invited({ operator }: Awaited<ReturnType<typeof founder>>) {
  const { grant, secret } = await operator.invite({ lastsMs: hourMs, doors });
  return { id: grant.id, secret, name: 'elm' };
}

describe('an invite', () => {
  it('lets whoever shows it first in, with all that is needed to take part', async () => {
    const at = await founder();
    const knock = await invited(at);
    const answer = await at.operator.knock(peerOf(2), knock);
    expect(answer).toMatchObject({
      kind: 'welcome',
      mesh: 'home',
      networkKey: '1'.repeat(64),
      addresses: ['/ip4/10.0.0.1/tcp/4801'],
    });
    expect(at.admission.isMember(peerOf(2))).toBe(true);
    // Still there for who did not get the answer.
    expect(at.operator.openUntilMs()).toBe(wallStartMs + hourMs);
    await at.clock.advance(hourMs);
    expect(at.operator.openUntilMs()).toBeNull();
  });

  it('opens once, and for the same peer again, to whom the answer was lost', async () => {
    const at = await founder();
    const knock = await invited(at);
    await at.operator.knock(peerOf(2), knock);
    expect(await at.operator.knock(peerOf(3), knock)).toMatchObject({ code: 'invite_used' });
    expect(at.admission.isMember(peerOf(3))).toBe(false);
    expect(await at.operator.knock(peerOf(2), knock)).toMatchObject({ kind: 'welcome' });
    expect(at.admission.list().members).toHaveLength(2);
  });

  it('opens once for two who come at the same moment', async () => {
    const at = await founder();
    const knock = await invited(at);
    const answers = await Promise.all(
      [2, 3, 4].map((number) => at.operator.knock(peerOf(number), knock)),
    );
    expect(answers.map(({ kind }) => kind).sort()).toEqual(['refused', 'refused', 'welcome']);
  });

  it('lets nobody in under the name of another member, and opens still under another one', async () => {
    const at = await founder();
    await at.operator.admit(peerOf(5), 'elm');
    const knock = await invited(at);
    const refused = await at.operator.knock(peerOf(2), knock);
    expect(refused).toMatchObject({ kind: 'refused', code: 'member_name_taken' });
    expect(refused).toMatchObject({ reason: expect.stringContaining(peerOf(5)) });
    expect(at.admission.isMember(peerOf(2))).toBe(false);
    const other = await at.operator.knock(peerOf(2), { ...knock, name: 'ash' });
    expect(other.kind).toBe('welcome');
    // As a machine that was set up anew: the old one of that name is removed first.
    const again = await invited(at);
    await at.operator.remove(peerOf(5));
    expect((await at.operator.knock(peerOf(3), again)).kind).toBe('welcome');
  });

  it('does not bring back who was removed', async () => {
    const at = await founder();
    const knock = await invited(at);
    await at.operator.knock(peerOf(2), knock);
    await at.operator.remove(peerOf(2));
    expect(await at.operator.knock(peerOf(2), knock)).toMatchObject({ code: 'invite_used' });
    expect(at.admission.isMember(peerOf(2))).toBe(false);
  });

  it('does not bring back who was removed after a crash in the middle, either', async () => {
    const at = await founder();
    const knock = await invited(at);
    const dying = at.start({
      saveInvites: async (records) => {
        if (records.some(({ isAdmitted }) => isAdmitted)) throw new Error('killed');
        at.disk.invites = structuredClone(records);
      },
    });
    await expect(dying.knock(peerOf(2), knock)).rejects.toThrow('killed');
    expect(at.admission.isMember(peerOf(2))).toBe(true);
    const after = at.start();
    await after.remove(peerOf(2));
    expect(await after.knock(peerOf(2), knock)).toMatchObject({ code: 'invite_used' });
    expect(at.admission.isMember(peerOf(2))).toBe(false);
    expect(at.admission.isRemoved(peerOf(2))).toBe(true);
  });

  it('is good until its time, by the clock of who made it', async () => {
    const at = await founder();
    const knock = await invited(at);
    expect(at.operator.openUntilMs()).toBe(wallStartMs + hourMs);
    await at.clock.advance(hourMs);
    expect(await at.operator.knock(peerOf(2), knock)).toMatchObject({
      code: 'invite_expired',
      reason: 'it was good until 0 min ago',
    });
    expect(at.operator.openUntilMs()).toBeNull();
  });

  it('is refused when it is forged, and tells nothing of those that there are', async () => {
    const at = await founder();
    const knock = await invited(at);
    const forged = { ...knock, secret: new Uint8Array(16) };
    expect(await at.operator.knock(peerOf(2), forged)).toMatchObject({ code: 'invite_invalid' });
    const unknown = { ...knock, id: 'f'.repeat(16) as typeof knock.id };
    expect(await at.operator.knock(peerOf(2), unknown)).toMatchObject({ code: 'invite_invalid' });
    expect(at.admission.isMember(peerOf(2))).toBe(false);
  });

  it('opens once over a restart, also one that came between the mark and the list', async () => {
    const at = await founder();
    const knock = await invited(at);
    const dying = at.start({
      admission: {
        ...at.admission,
        take: async () => {
          throw new Error('killed');
        },
      },
    });
    await expect(dying.knock(peerOf(2), knock)).rejects.toThrow('killed');
    const after = at.start();
    expect(await after.knock(peerOf(3), knock)).toMatchObject({ code: 'invite_used' });
    expect(await after.knock(peerOf(2), knock)).toMatchObject({ kind: 'welcome' });
    expect(at.admission.list().members.map(({ peer }) => peer)).toEqual([peerOf(1), peerOf(2)]);
  });

  it('is a word that holds the secret, where to knock, and no network key', async () => {
    const at = await founder();
    const invite = await at.operator.invite({ lastsMs: hourMs, doors });
    const text = inviteText(invite);
    expect(text).toMatch(/^bzzz-invite-[\w-]+$/);
    expect(parseInvite(` ${text}\n`)).toEqual(invite);
    expect(Buffer.from(text.slice(12), 'base64url').toString('latin1')).not.toContain('1111');
    expect(secretHash(invite.secret)).toBe(invite.grant.secretSha256);
    for (const broken of ['', 'bzzz-invite-', text.slice(0, -8), `x${text}`, 'bzzz-invite-%%%']) {
      expect(() => parseInvite(broken)).toThrow(
        expect.objectContaining({ code: 'invite_invalid' }),
      );
    }
  });
});

describe('members', () => {
  it('are admitted by their id and removed again, but for the machine itself', async () => {
    const { operator, admission } = await founder();
    await operator.admit(peerOf(5), 'oak');
    expect(admission.isMember(peerOf(5))).toBe(true);
    await operator.remove(peerOf(5));
    expect(admission.isMember(peerOf(5))).toBe(false);
    await expect(operator.remove(peerOf(5))).rejects.toMatchObject({ code: 'peer_unknown' });
    await expect(operator.remove(peerOf(1))).rejects.toMatchObject({ code: 'config_invalid' });
  });
});

describe('a name', () => {
  it('is that of one member', async () => {
    const { operator, admission } = await founder();
    await operator.admit(peerOf(5), 'oak');
    await expect(operator.admit(peerOf(6), 'oak')).rejects.toMatchObject({
      code: 'member_name_taken',
      reason: expect.stringContaining(peerOf(5)),
    });
    expect(admission.isMember(peerOf(6))).toBe(false);
    // Said again, and changed, by whoever has it.
    await operator.admit(peerOf(5), 'oak');
    await operator.admit(peerOf(5), 'ash');
    await operator.admit(peerOf(6), 'oak');
    expect(admission.isMember(peerOf(6))).toBe(true);
  });
});

describe('another network key', () => {
  it('is kept before it is announced, and announced by its hash alone', async () => {
    const { operator, admission, keys } = await founder();
    await operator.changeNetworkKey();
    expect(keys.serial()).toBe(2);
    expect(keys.current()).not.toBe('1'.repeat(64));
    expect(admission.list().networkKey).toEqual({
      serial: 2,
      sha256: networkKeyHash(keys.current()),
    });
  });

  it('that a failure kept from being announced is announced by the next try, and not replaced', async () => {
    const at = await founder();
    await at.keys.take(2, '2'.repeat(64));
    await at.operator.changeNetworkKey();
    expect(at.keys.current()).toBe('2'.repeat(64));
    expect(at.admission.list().networkKey).toEqual({
      serial: 2,
      sha256: networkKeyHash('2'.repeat(64)),
    });
  });

  it('is announced after a restart where a crash cut it short', async () => {
    const at = await founder();
    await at.keys.take(2, '2'.repeat(64));
    expect(at.admission.list().networkKey).toBeUndefined();
    await at.start().finish();
    expect(at.admission.list().networkKey?.sha256).toBe(networkKeyHash('2'.repeat(64)));
    const { serial } = at.admission.list();
    await at.start().finish();
    expect(at.admission.list().serial).toBe(serial);
  });
});
