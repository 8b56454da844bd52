import type { PeerAnswer } from '@bzzz/protocol/api';
import { samplePeer } from '@bzzz/testkit/contracts/samples';
import { describe, expect, it } from 'vitest';
import { fold } from '../src/live/fold.ts';
import { componentsOf, linksOf } from '../src/live/links.ts';
import { emptyWorld } from '../src/live/world.ts';
import { said } from './entries.ts';

const peer = (id: string, links: readonly string[], more: Partial<PeerAnswer> = {}) =>
  samplePeer({ id, name: id, connected: false, links: [...links], ...more });
const keys = (...peers: readonly PeerAnswer[]) => linksOf(peers, emptyWorld).map(({ key }) => key);

describe('links', () => {
  it('are there once, whoever tells of them', () => {
    expect(keys(peer('a', ['b']), peer('b', ['a']))).toEqual(['a b']);
    expect(keys(peer('b', ['a']), peer('a', []))).toEqual(['a b']);
  });

  it('lead to known living peers only', () => {
    expect(keys(peer('a', ['a', 'x', 'c']), peer('c', [], { liveness: 'dead' }))).toEqual([]);
    expect(keys(peer('a', []), peer('c', ['a'], { liveness: 'dead' }))).toEqual([]);
    expect(keys(peer('a', []), peer('c', ['a'], { liveness: 'suspected' }))).toEqual([]);
    expect(keys(peer('a', ['c']), peer('c', [], { liveness: 'suspected' }))).toEqual(['a c']);
  });

  it('are told by this peer of itself too', () => {
    expect(keys(peer('a', [], { self: true }), peer('b', [], { connected: true }))).toEqual([
      'a b',
    ]);
  });

  it('of a peer that says nothing of them follow from its journal', () => {
    const world = fold(emptyWorld, [
      said({ by: 'a', atMs: 1, body: { kind: 'member.joined', peer: 'b', name: 'b' } }),
    ]);
    expect(linksOf([peer('a', []), peer('b', [])], world).map(({ key }) => key)).toEqual(['a b']);
    expect(linksOf([peer('a', ['c']), peer('b', []), peer('c', [])], world)).toHaveLength(1);
  });

  it('of the past follow from who met whom', () => {
    const world = fold(emptyWorld, [
      said({ by: 'peer-a', atMs: 1, body: { kind: 'member.joined', peer: 'peer-b', name: 'b' } }),
      said({ by: 'peer-a', atMs: 2, body: { kind: 'member.joined', peer: 'peer-c', name: 'c' } }),
      said({ by: 'peer-a', atMs: 3, body: { kind: 'member.dead', peer: 'peer-c', reason: '' } }),
    ]);
    expect(linksOf(null, world).map(({ key }) => key)).toEqual(['peer-a peer-b']);
  });
});

describe('parts of the mesh', () => {
  it('are found, the largest first', () => {
    const links = linksOf(
      [peer('a', ['b']), peer('b', ['c']), peer('c', []), peer('d', [])],
      emptyWorld,
    );
    expect(componentsOf(['d', 'a', 'b', 'c'], links)).toEqual([['a', 'b', 'c'], ['d']]);
    expect(componentsOf([], links)).toEqual([]);
  });
});
