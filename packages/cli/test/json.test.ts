/** `--json` with every command, against a running peer: what it prints is JSON, whichever way it ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCleanups, run, runJson, tempDir, until, up } from './support.ts';
import { leavesOf, tree } from './tree.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const policy = fileURLToPath(new URL('../../../deploy/policy/policy.yml', import.meta.url));
/** It works on a dozen issues meanwhile, perhaps on a machine that is busy with other tests. */
const patientMs = 240_000;
const cleanups = createCleanups();
let data: string[];
/** Of a task that is done, and of its pull request. */
let issue: number;
let pull: number;
let certificateless: string;
/** A folder of no peer. */
let nowhere: string;

interface Task {
  readonly task: string;
  readonly state: string;
  readonly pullRequest: number | null;
}

beforeAll(async () => {
  const dir = await tempDir(cleanups);
  data = ['--data', dir];
  const env = { BZZZ_ANNOUNCE_MS: '500', BZZZ_BACKOFF_MS: '200', BZZZ_SLOTS: '1' };
  await up(cleanups, [...data, '--name', 'solo'], { env });
  const done = await until(async () => {
    const tasks: Task[] = (await runJson(['tasks', ...data])).tasks;
    return tasks.find(({ state }) => state === 'done');
  });
  issue = Number(done.task.split('#')[1]);
  pull = done.pullRequest ?? 0;
  nowhere = await tempDir(cleanups);
  certificateless = join(dir, 'no-proof.json');
  await writeFile(certificateless, '{}');
}, patientMs);

afterAll(() => cleanups.run());

interface Case {
  /** Behind the command, before `--json`; without the data folder where it knows none. */
  readonly args: () => string[];
  /** Default: 0. `any`: the machine decides; what it says is JSON either way. */
  readonly code?: number | 'any';
  readonly has: object;
}

const about = (...more: (string | number)[]) => [...more.map(String), ...data];

/** By command; the tree below says that none is missing. */
const cases: Readonly<Record<string, Case>> = {
  init: { args: () => about(), has: { made: { identity: false } } },
  // On the folder of the peer that runs.
  up: { args: () => about(), code: 4, has: { error: { code: 'peer_folder_locked' } } },
  demo: { args: () => ['--once', '--within', '0.1'], code: 1, has: { complete: false } },
  open: { args: () => about(), has: { link: expect.stringContaining('#token=') } },
  status: { args: () => about(), has: { peer: { name: 'solo' } } },
  peers: { args: () => about(), has: { peers: [{ name: 'solo' }] } },
  'peers members': { args: () => about(), code: 'any', has: {} },
  'peers admit': { args: () => about('nobody', 'name'), code: 'any', has: {} },
  'peers remove': { args: () => about('nobody'), code: 'any', has: {} },
  // Not that of the peer that runs.
  'peers rotate-key': { args: () => ['--data', nowhere], code: 'any', has: {} },
  invite: { args: () => about(), code: 'any', has: {} },
  join: { args: () => ['no-such-code', '--data', nowhere], code: 'any', has: {} },
  tasks: { args: () => about(issue), has: { task: { state: 'done' } } },
  why: { args: () => about('solo'), has: { name: 'solo' } },
  // Alone nobody judges, so there is nothing to verify.
  verify: { args: () => about(pull), code: 1, has: {} },
  submit: {
    args: () => about('--recipe', 'license-header', '--param', 'module=distance'),
    has: { repo: 'demo/textkit' },
  },
  cancel: { args: () => about(issue), has: { order: 'cancel' } },
  release: { args: () => about(issue), has: { order: 'release' } },
  retry: { args: () => about(issue), has: { order: 'retry' } },
  logs: { args: () => about('-n', 1), has: { entry: { v: 1 } } },
  'index rebuild': { args: () => about(), has: { entries: expect.any(Number) } },
  drain: { args: () => about(), has: { order: 'drain', paused: true } },
  pause: { args: () => about(), has: { paused: true } },
  resume: { args: () => about(), has: { paused: false } },
  'quarantine list': { args: () => about(), has: { quarantined: [] } },
  'quarantine lift': {
    args: () => about('nobody'),
    code: 1,
    has: { error: { code: 'peer_unknown' } },
  },
  'quarantine check': {
    args: () => [certificateless],
    code: 2,
    has: { error: { code: 'cli_usage' } },
  },
  'key make': { args: () => about('wall', '--role', 'viewer'), has: { name: 'wall' } },
  'key list': { args: () => about(), has: { keys: [{ name: 'wall' }] } },
  'key remove': { args: () => about('wall'), has: { name: 'wall' } },
  // It is alone.
  doctor: { args: () => about(), code: 1, has: { checks: expect.any(Array) } },
  'doctor net': { args: () => about(), code: 'any', has: { checks: expect.any(Array) } },
  // Nobody is there to be asked, so nothing is harmed.
  ...Object.fromEntries(
    ['partition', 'kill', 'pause', 'skew', 'slow'].map((kind) => [
      `drill ${kind}`,
      { args: () => about(), code: 2, has: { error: { code: 'drill_unconfirmed' } } },
    ]),
  ),
  'drill heal': { args: () => about(), has: { healed: [] } },
  'repo setup': { args: () => ['o/r', '--data', nowhere], code: 'any', has: {} },
  backup: { args: () => [join(nowhere, 'file'), ...data], code: 'any', has: {} },
  restore: { args: () => [certificateless, '--data', nowhere], code: 'any', has: {} },
  'policy check': { args: () => [policy], has: { version: 1 } },
  'policy schema': { args: () => [], has: { type: 'object' } },
  config: { args: () => about(), has: { settings: expect.any(Array) } },
  completion: { args: () => ['fish'], has: [{ path: '' }] },
};

/** It streams until it is told to stop. */
const streams = ['top'];

it('no command is left out', () => {
  const paths = leavesOf(tree()).map(({ path }) => path);
  expect([...Object.keys(cases), ...streams].toSorted()).toEqual(paths.toSorted());
});

it.each(Object.entries(cases))('%s', { timeout: patientMs }, async (path, one) => {
  const { args, code = 0, has } = one;
  const ran = await run([...path.split(' '), ...args(), '--json']);
  if (code !== 'any') expect(ran.code, ran.err).toBe(code);
  // A refusal is told beside the answer, which there is none of.
  if ('error' in has) expect(ran.out).toBe('');
  if (ran.out === '')
    expect(JSON.parse(ran.err)).toMatchObject({ error: { code: expect.any(String) } });
  const told: unknown = JSON.parse(ran.out === '' ? ran.err : ran.out);
  if (Array.isArray(has))
    expect(told).toEqual(expect.arrayContaining([expect.objectContaining(has[0])]));
  else expect(told).toMatchObject(has);
  expect(`${ran.out}${ran.err}`).not.toContain('\u001b');
});

it('top prints one event a line, and ends well by Ctrl-C', { timeout: patientMs }, async () => {
  const args = ['--conditions=bzzz-source', main, 'top', ...data, '--json'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  cleanups.add(() => child.kill('SIGKILL'));
  const ended = once(child, 'close');
  const types = new Set<string>();
  for await (const line of createInterface({ input: child.stdout })) {
    types.add(JSON.parse(line).type);
    if (types.has('entry') && types.has('status')) break;
  }
  child.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
});
