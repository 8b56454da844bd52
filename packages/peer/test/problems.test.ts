import type { PeerView, WatchingView } from '@bzzz/coordination';
import { BzzzError, Config, JournalKey, PeerId, Sha256Hex, TaskId } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { problemsOf, type ProblemSources } from '../src/status/problems.ts';
import { skippedOf } from '../src/status/skipped.ts';
import { capabilitiesOf, member, taskView } from './member.ts';

type TroubleView = PeerView['troubles'][number];

function view(change: Partial<PeerView> = {}): PeerView {
  const members = [member('1', { self: true }), member('2')];
  return {
    self: capabilitiesOf('1'),
    members,
    tasks: [],
    watching: [],
    troubles: [],
    spendCap: null,
    attemptsRest: false,
    quarantine: [],
    logsSetAside: new Set(),
    ...change,
  };
}

function sources(change: Partial<ProblemSources> = {}): ProblemSources {
  const config = Config.parse({ name: 'n', dataDir: '/d', repositories: ['acme/widgets'] });
  const quiet = {
    alerts: [],
    meshTroubles: [],
    webhookTrouble: null,
    token: null,
    notifier: null,
    sandboxMissing: null,
    lookFailures: [],
    workers: [],
    unkept: [],
    skipped: [],
    membership: { operator: null, isMember: true, strangers: [] },
  };
  return { view: view(), config, upMs: 60_000, ...quiet, ...change };
}

const codes = (change: Partial<ProblemSources>) =>
  problemsOf(sources(change)).map(({ code, severity }) => `${severity} ${code}`);

function watched(change: Partial<WatchingView>): WatchingView {
  const facts = { repo: 'acme/widgets', role: 'watcher' as const, polls: 1, answeredAgoMs: null };
  return { ...facts, trouble: null, ...change };
}

function taskOf(number: number, change: Partial<PeerView['tasks'][number]>) {
  return taskView({ task: TaskId.parse(`acme/widgets#${number}`), title: '', epoch: 1, ...change });
}

function note(change: Partial<TroubleView>): TroubleView {
  const ages = { forMs: 0, toldAgoMs: 0, retryInMs: null };
  return { code: 'defect', reason: 'r', task: undefined, ...ages, ...change };
}

describe('problemsOf', () => {
  it('tells whose journals have no place', () => {
    const unkept = ['2', '3', '4', '5', '6'].map((letter) => member(letter));
    const [told] = problemsOf(sources({ unkept }));
    expect(told).toMatchObject({ code: 'replicas_full', severity: 'warning' });
    expect(told?.text).toBe(
      'The journals of peer-2, peer-3, peer-4, peer-5, and 1 more are not kept here: all 64 places are taken by peers that live.',
    );
  });

  it('tells whose journal holds what cannot be read', () => {
    const log = (letter: string, blocks: number, entries: number) => {
      return { key: JournalKey.parse(letter.repeat(64)), blocks, entries };
    };
    const of = (one: ReturnType<typeof log>) => ({ key: one.key, skipped: () => one });
    const own = of(log('a', 0, 0));
    const known = member('2');
    const key = JournalKey.parse('b'.repeat(64));
    const capabilities = { ...known.capabilities, journal: { key, length: 1 } };
    const replicas = () => [of(log('b', 2, 1)), of(log('c', 0, 0)), of(log('d', 0, 7))];
    const skipped = skippedOf({ own, replicas }, [{ ...known, capabilities }]);
    const [told] = problemsOf(sources({ skipped }));
    expect(told).toMatchObject({ code: 'journal_skipped', severity: 'warning' });
    expect(told?.text).toBe(
      'Journals hold what cannot be read here, and it is skipped: peer-2 (22222222): 2 blocks and 1 entry; dddddddd (no member): 0 blocks and 7 entries.',
    );
    expect(codes({ skipped: skippedOf({ own, replicas: () => [] }, []) })).toEqual([]);
  });

  it('tells a pause before what a machine is short of, and whose pause it is', () => {
    const limits = { raiseAt: 0.9, endAt: 0.8, holdMs: 0, action: null };
    const rule = { measure: 'cpu' as const, ...limits, advice: 'Wait.' };
    const alerts = [{ measure: rule.measure, value: 1, raisedValue: 1, sinceMs: 0, rule }];
    const self = { ...capabilitiesOf('1'), paused: true };
    expect(codes({ alerts, view: view({ self }) })).toEqual([
      'warning paused',
      'warning health_cpu',
    ]);
    const meshPause = { paused: true, at: { wallMs: 1, counter: 0 }, by: self.peer };
    const both = { ...self, meshPause };
    expect(codes({ alerts, view: view({ self: both }) })[0]).toBe('warning mesh_paused');
  });

  it('says where a pause is ended', () => {
    const self = { ...capabilitiesOf('1'), name: 'ash', paused: true };
    const advice = (change: Partial<PeerView>) =>
      problemsOf(sources({ view: view({ self, ...change }) }))[0]?.advice;
    expect(advice({})).toBe('On the machine of ash: `bzzz resume`.');
    expect(advice({ attemptsRest: true })).toContain('On the machine of ash: `bzzz resume`, or');
    const meshPause = { paused: true, at: { wallMs: 1, counter: 0 }, by: self.peer };
    expect(advice({ self: { ...self, meshPause } })).toBe(
      'On the machine of any peer: `bzzz resume --mesh`.',
    );
  });

  it('tells which tools a cap in USD does not hold, unless one in tokens does', () => {
    const self = { ...capabilitiesOf('1'), executors: ['recipe', 'claude', 'codex', 'aider'] };
    const told = (spend: Config['spend'], executors = self.executors) =>
      problemsOf(
        sources({
          view: view({ self: { ...self, executors } }),
          config: Config.parse({ name: 'n', dataDir: '/d', repositories: ['acme/widgets'], spend }),
        }),
      ).map(({ code, severity, text }) => `${severity} ${code}: ${text}`);
    expect(told({ usdPerDay: 5, meshUsdPerDay: 9 })).toEqual([
      expect.stringMatching(
        /^warning spend_untold: `spend.usdPerDay` and `spend.meshUsdPerDay` cannot hold codex, aider,/,
      ),
    ]);
    expect(told({ usdPerDay: 5, tokensPerDay: 1_000 })).toEqual([]);
    expect(told({ usdPerDay: 5 }, ['recipe', 'ollama', 'claude'])).toEqual([]);
    expect(told({})).toEqual([]);
  });

  it('tells that an operator paused it, or that its models have cost enough', () => {
    const paused = { ...capabilitiesOf('1'), paused: true };
    expect(codes({ view: view({ self: paused }) })).toEqual(['warning paused']);
    expect(codes({ view: view({ spendCap: 'enough' }) })).toEqual(['warning spend_cap']);
  });

  it('tells at which tasks the attempts were paused, and how they go on', () => {
    const tasks = [taskOf(1, { state: 'running', resting: true }), taskOf(2, { state: 'running' })];
    const told = problemsOf(sources({ view: view({ tasks }) }));
    expect(told.filter(({ code }) => code === 'attempt_paused')).toMatchObject([
      {
        severity: 'warning',
        text: expect.stringContaining('the attempt at acme/widgets#1: it stands still'),
        advice: expect.stringContaining("`bzzz resume 'acme/widgets#1'`"),
      },
    ]);
  });

  it('tells which tasks were given up, as long as their issues want an answer', () => {
    const task = { state: 'failed', wanted: true };
    const tasks = [
      taskOf(1, task),
      taskOf(2, { ...task, wanted: false }),
      taskOf(3, { ...task, state: 'done' }),
      ...[4, 5, 6].map((number) => taskOf(number, task)),
    ];
    const told = problemsOf(sources({ view: view({ tasks }) }));
    expect(told.map(({ code, text }) => `${code}: ${text}`)).toEqual([
      'tasks_need_person: 4 tasks wait for a person: acme/widgets#1, acme/widgets#4, acme/widgets#5, and 1 more.',
    ]);
  });

  it('tells who cannot be reached and is not declared dead, as nobody here sees most of the mesh', () => {
    const gone = { connected: false, liveness: 'suspected' as const, heardAgoMs: 11_000 };
    const members = [
      member('1', { self: true }),
      member('2'),
      member('3', gone),
      member('4', gone),
    ];
    const [problem, ...others] = problemsOf(sources({ view: view({ members }) }));
    expect(problem).toMatchObject({
      code: 'peers_unreachable',
      severity: 'error',
      text: '2 of 3 other peers cannot be reached from here: peer-3, peer-4.',
    });
    expect(others).toEqual([]);
    const soon = [
      member('1', { self: true }),
      member('2'),
      member('3', { ...gone, heardAgoMs: 3_000 }),
    ];
    expect(codes({ view: view({ members: soon }) })).toEqual([]);
    const none = [member('1', { self: true }), member('3', gone), member('4', gone)];
    expect(codes({ view: view({ members: none }) })).toEqual(['error alone']);
  });

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

  it('tells of journals that tell two stories before everything else', () => {
    const { peer, name, capabilities: known } = member('2');
    const head = {
      ...known.journal,
      length: 7,
      fork: 0,
      treeHash: Sha256Hex.parse('1'.repeat(64)),
      rootsHash: Sha256Hex.parse('1'.repeat(64)),
    };
    const signed = { peer, head, signature: '0'.repeat(128) };
    const evidence = { kind: 'heads' as const, first: signed, second: signed };
    const facts = { journal: known.journal.key, reason: 'it signed two', sinceWallMs: 0, evidence };
    const aside = { peer, name, self: false, isMember: true, ...facts };
    const refused = {
      code: 'forge_unauthorized',
      reason: 'bad credentials',
      forMs: 0,
      retryInMs: 0,
    };
    const told = view({ quarantine: [aside], watching: [watched({ trouble: refused })] });
    expect(codes({ view: told })).toEqual(['error journal_forked', 'error forge_unauthorized']);
    expect(problemsOf(sources({ view: told }))[0]?.text).toContain('peer-2');
    const flood = Array.from({ length: 200 }, () => ({ ...aside, isMember: false }));
    const flooded = view({ quarantine: [...flood, aside] });
    expect(codes({ view: flooded })).toEqual(['error journal_forked', 'warning journal_forked']);
    expect(problemsOf(sources({ view: flooded }))[1]?.text).toContain('200 peers');
    const ours = view({ quarantine: [{ ...aside, self: true }] });
    const [problem] = problemsOf(sources({ view: ours }));
    expect(problem?.text).toContain('Other peers have set this one aside');
  });

  it('tells a token that is refused once, first of all', () => {
    const refused = { code: 'forge_unauthorized', reason: 'bad credentials' };
    const told = view({
      watching: [watched({ trouble: { ...refused, forMs: 0, retryInMs: 0 } })],
      troubles: [note({ code: 'git_failed' }), note(refused)],
    });
    expect(codes({ view: told })).toEqual(['error forge_unauthorized', 'warning git_failed']);
  });

  it('tells that no new token can be had: a warning while the last one serves', () => {
    const error = new BzzzError('vault_sealed', 'Vault at https://v: answers 503');
    const trouble = { error, forMs: 120_000 };
    const token = { from: 'Vault at https://v', permissions: null, trouble };
    const serves = { ...token, usable: true, expiresInMs: 1_800_000 };
    expect(codes({ token: serves })).toEqual(['warning vault_sealed']);
    const [problem] = problemsOf(sources({ token: serves }));
    expect(problem?.text).toContain('for 2 min, the last one serves for 30 min more');
    expect(problem?.advice).toContain('operator unseal');
    // Tasks tell the same: once is enough.
    const told = view({ troubles: [note({ code: 'vault_sealed' })] });
    const over = { ...token, usable: false, expiresInMs: null };
    expect(codes({ token: over, view: told })).toEqual(['error vault_sealed']);
    expect(codes({ token: { ...serves, trouble: null } })).toEqual([]);
  });

  it('tells that nothing can be claimed without an account', () => {
    const self = { ...capabilitiesOf('1'), account: null };
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

  it('are workers that died, as long as it is news', () => {
    const died = {
      deaths: 1,
      recent: 1,
      lastReason: 'it ended with exit code 3',
      lastAgoMs: 4_000,
    };
    const one = { kind: 'ollama' as const, running: 0, ...died, trialInMs: null, unready: null };
    const closed = { ...one, breaker: 'closed' as const };
    const [problem] = problemsOf(sources({ workers: [closed] }));
    expect(problem).toMatchObject({ code: 'worker_lost', severity: 'warning' });
    expect(problem?.text).toBe(
      '1 worker of ollama died, 1 of them lately (the last 4 s ago: it ended with exit code 3).',
    );
    expect(codes({ workers: [{ ...closed, recent: 0 }] })).toEqual([]);
    expect(codes({ workers: [{ ...one, breaker: 'open', trialInMs: 1 }] })).toEqual([
      'error worker_lost',
    ]);
    expect(codes({ workers: [{ ...one, breaker: 'trial', recent: 0 }] })).toEqual([
      'error worker_lost',
    ]);
  });

  it('are looks that failed', () => {
    const lookFailures = [{ what: 'models', reason: 'the server answered 500' }];
    expect(codes({ lookFailures })).toEqual(['warning look_failed']);
  });

  it('has advice for each', () => {
    const troubles = [note({ code: 'defect' }), note({ code: 'fence_refused' })];
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

describe('a forge that cannot be had', () => {
  const unreachable = { code: 'forge_unreachable', reason: 'r' };
  const limited = { code: 'forge_rate_limited', reason: 'the forge asked to wait' };
  const alone = [member('1', { self: true })];

  /** Alone in the mesh too, which is told after it. */
  const told = (watching: readonly WatchingView[], troubles: readonly TroubleView[] = []) =>
    problemsOf(sources({ view: view({ members: alone, watching, troubles }) }));
  const away = (forMs: number, change: Partial<WatchingView> = {}) =>
    watched({
      answeredAgoMs: forMs + 10_000,
      trouble: { ...unreachable, forMs, retryInMs: 20_000 },
      ...change,
    });

  it('is told first of all: since when, what it means, when it is tried again', () => {
    const [first, second] = told([away(180_000)]);
    expect(first).toMatchObject({ code: 'forge_unreachable', severity: 'error' });
    expect(first?.text).toBe(
      'GitHub has not answered for 3 min: no claims and no takeovers meanwhile; ' +
        'work that runs goes on. Tried again in 20 s.',
    );
    expect(second?.code).toBe('alone');
    expect(told([away(42_000, { answeredAgoMs: null })])[0]?.text).toContain('not answered yet:');
  });

  it('is away since the last answer about anything', () => {
    const others = [away(180_000), away(60_000, { answeredAgoMs: 61_000 })];
    expect(told(others)[0]?.text).toContain('not answered for 1 min:');
    const one = [away(180_000), watched({ repo: 'acme/gears', answeredAgoMs: 2_000 })];
    expect(told(one)[0]?.text).toContain('not answered about acme/widgets for 3 min:');
  });

  it('is told by tasks where polls are rare, until it answers', () => {
    const task = TaskId.parse('acme/widgets#7');
    const pushed = note({ ...unreachable, task, forMs: 90_000, toldAgoMs: 5_000 });
    const asleep = watched({ answeredAgoMs: 3_600_000 });
    expect(told([asleep], [pushed])[0]?.text).toContain('not answered for 1 min:');
    expect(told([watched({ answeredAgoMs: 1_000 })], [pushed]).map(({ code }) => code)).toEqual([
      'alone',
    ]);
  });

  it('says wait: of what, how long', () => {
    const waits = (repo: string, retryInMs: number) =>
      watched({ repo, trouble: { ...limited, forMs: 1_000, retryInMs } });
    const note1 = note({ ...limited, retryInMs: 240_000 });
    const [first, second] = told([waits('octo/repo', 250_000)], [note1]);
    expect(first).toMatchObject({ code: 'forge_rate_limited', severity: 'warning' });
    expect(first?.text).toBe(
      'GitHub says wait: octo/repo is read again in 4 min (rate limit); work that runs goes on.',
    );
    expect(second?.code).toBe('alone');
    const many = ['a/a', 'a/b', 'a/c', 'a/d', 'a/e'].map((repo) => waits(repo, 3_000));
    expect(told(many)[0]?.text).toContain('a/a, a/b, a/c and 2 more are read again in 3 s');
  });

  it('is not written to meanwhile, when our share is used up', () => {
    const reason = 'our share of what the account may write is used up';
    const used = note({ ...limited, reason, retryInMs: 130_000 });
    expect(told([watched({ answeredAgoMs: 0 })], [used])[0]?.text).toBe(
      `GitHub is written to again in 2 min (${reason}); work that runs goes on.`,
    );
    expect(told([], [note({ ...limited, retryInMs: 0 })]).map(({ code }) => code)).toEqual([
      'alone',
    ]);
  });
});
