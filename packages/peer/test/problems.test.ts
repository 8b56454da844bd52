import type { MemberView, PeerView } from '@bzzz/coordination';
import { Capabilities, Config, PeerId } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { problemsOf, type ProblemSources } from '../src/status/problems.ts';

const capabilities = (letter: string) =>
  Capabilities.parse({
    peer: `12D3KooW${letter.repeat(44)}`,
    name: `peer-${letter}`,
    account: 'octocat',
    version: '0.1.0',
    wire: { min: 1, max: 1 },
    incarnation: 1,
    revision: 1,
    repositories: [],
    executors: [],
    tools: [],
    sandbox: 'bubblewrap',
    slots: 1,
    running: 0,
    load: 0,
    success: 0.5,
    journal: { key: 'ab'.repeat(32), length: 0 },
  });

function member(letter: string, change: Partial<MemberView> = {}): MemberView {
  const known = capabilities(letter);
  const { peer, name } = known;
  const facts = { peer, name, self: false, connected: true, liveness: 'alive' as const };
  return { ...facts, capabilities: known, heardAgoMs: 0, ...change };
}

function view(change: Partial<PeerView> = {}): PeerView {
  const members = [member('1', { self: true }), member('2')];
  return { self: capabilities('1'), members, tasks: [], watching: [], troubles: [], ...change };
}

function sources(change: Partial<ProblemSources> = {}): ProblemSources {
  const config = Config.parse({ name: 'n', dataDir: '/d', repositories: ['acme/widgets'] });
  const quiet = { meshTroubles: [], webhookTrouble: null, sandboxMissing: null };
  return { view: view(), config, upMs: 60_000, ...quiet, ...change };
}

const codes = (change: Partial<ProblemSources>) =>
  problemsOf(sources(change)).map(({ code, severity }) => `${severity} ${code}`);

const watch = { repo: 'acme/widgets', role: 'watcher', polls: 1 } as const;

describe('problemsOf', () => {
  it('finds none where all is well', () => {
    expect(codes({})).toEqual([]);
  });

  it('is patient with a peer that has just started', () => {
    const alone = view({ members: [member('1', { self: true })] });
    expect(codes({ view: alone, upMs: 2_000 })).toEqual(['warning alone']);
    expect(codes({ view: alone, upMs: 20_000 })).toEqual(['error alone']);
    const cutOff = view({
      members: [member('1', { self: true }), member('2', { connected: false })],
    });
    const [problem] = problemsOf(sources({ view: cutOff, upMs: 2_000 }));
    expect(problem).toMatchObject({ severity: 'error', text: expect.stringContaining('peer-2') });
  });

  it('tells a token that is refused once, first of all', () => {
    const trouble = { code: 'forge_unauthorized', reason: 'bad credentials' };
    const told = view({
      watching: [{ ...watch, answeredAgoMs: null, trouble }],
      troubles: [
        { code: 'git_failed', reason: 'r', task: undefined, atMs: 0 },
        { ...trouble, task: undefined, atMs: 0 },
      ],
    });
    expect(codes({ view: told })).toEqual(['error forge_unauthorized', 'warning git_failed']);
  });

  it('tells since when the forge is away', () => {
    const trouble = { code: 'forge_unreachable', reason: 'r' };
    const away = (answeredAgoMs: number | null) =>
      problemsOf(sources({ view: view({ watching: [{ ...watch, answeredAgoMs, trouble }] }) }));
    expect(away(42_000)[0]?.text).toContain('has not answered for 42 s');
    expect(away(null)[0]?.text).toContain('has not answered yet');
  });

  it('tells that nothing can be claimed without an account', () => {
    const self = { ...capabilities('1'), account: null };
    expect(codes({ view: view({ self }) })).toEqual(['error account_unknown']);
    expect(codes({ view: view({ self }), upMs: 2_000 })).toEqual([]);
  });

  it('tells of the sandbox, unless nothing is to be executed', () => {
    const config = (work: object) =>
      Config.parse({ name: 'n', dataDir: '/d', repositories: ['acme/widgets'], work });
    expect(codes({ config: config({ sandbox: 'off' }) })).toEqual(['error sandbox_off']);
    expect(codes({ sandboxMissing: 'no bwrap' })).toEqual(['error sandbox_missing']);
    expect(codes({ sandboxMissing: 'no bwrap', config: config({ slots: 0 }) })).toEqual([]);
  });

  it('has advice for each', () => {
    const troubles = [
      { code: 'defect', reason: 'r', task: undefined, atMs: 0 },
      { code: 'fence_refused', reason: 'r', task: undefined, atMs: 0 },
    ];
    const meshTroubles = [{ code: 'mesh_wrong_key' as const, reason: 'r' }];
    const config = Config.parse({ name: 'n', dataDir: '/d' });
    const all = problemsOf(sources({ view: view({ troubles }), meshTroubles, config }));
    expect(all.map(({ code }) => code)).toEqual([
      'mesh_wrong_key',
      'no_repositories',
      'defect',
      'fence_refused',
    ]);
    for (const { advice } of all) expect(advice.length).toBeGreaterThan(10);
    expect(PeerId.safeParse(member('2').peer).success).toBe(true);
  });
});
