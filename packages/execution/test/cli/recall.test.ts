/** Tools that work on a task again: in a fork of what they remember, or by resuming a copy, or anew. */
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createSessions, type SessionsOptions } from '@bzzz/execution';
import { TaskId } from '@bzzz/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type CliWorldOptions, makeCliWorld } from '../support/cli-world.ts';
import { helpInOrder, says } from '../support/helpers.ts';
import { places } from '../support/workers.ts';

const task = TaskId.parse('ada/widgets#7');
const recall = { task, keeps: true };

async function world(options: CliWorldOptions, bounds: Partial<SessionsOptions> = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'bzzz-sessions-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const sessions = createSessions({ dir, ...bounds });
  const at = await makeCliWorld({ sessions, ...options });
  onTestFinished(() => at.dispose());
  const runs = async (): Promise<readonly Run[]> => {
    const text = await readFile(join(at.workspace.path, 'runs.txt'), 'utf8');
    return text
      .trim()
      .split('\n')
      .map((line): Run => JSON.parse(line));
  };
  return { ...at, sessions, dir, runs };
}

interface Run {
  readonly argv: readonly string[];
  readonly prompt: string;
  /** Runs of which its HOME tells, itself included. */
  readonly remembered: number;
}

/** Notes each run in a file of its session in HOME, and in the workspace how many are noted there. */
const remembering = (file: string) => `
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
const argv = process.argv.slice(2);
const prompt = readFileSync(argv.find((one) => one.endsWith('prompt.txt')) ?? 0, 'utf8');
const inHome = (path) => {
  const place = process.env.HOME + '/' + path;
  mkdirSync(place.slice(0, place.lastIndexOf('/')), { recursive: true });
  return place;
};
const memory = inHome('${file}');
const runs = existsSync(memory) ? JSON.parse(readFileSync(memory, 'utf8')) : [];
runs.push(argv);
writeFileSync(memory, JSON.stringify(runs));
appendFileSync('runs.txt', JSON.stringify({ argv, prompt, remembered: runs.length }) + '\\n');
const count = readFileSync('runs.txt', 'utf8').trim().split('\\n').length;
`;
const remembers = remembering('.claude/projects/-work/s-1.jsonl');
const claude = `${remembers}
done({ session_id: 's-' + count });`;

describe.each(places)('a tool that works on a task again, %s', (_place, where) => {
  it('forks the session that was kept, which stays as it was', async () => {
    const at = await world({ script: claude, where });
    expect(await at.run({}, { recall })).toMatchObject({ succeeded: true });
    const rework = { recall: { ...recall, keeps: false } };
    expect(await at.run({}, rework)).toMatchObject({ succeeded: true });
    expect(await at.run({}, rework)).toMatchObject({ succeeded: true });
    const [first, second, third] = await at.runs();
    expect(first?.argv).not.toContain('--resume');
    for (const again of [second, third]) {
      expect(again?.argv.join(' ')).toContain('--resume s-1 --fork-session');
      expect(again?.remembered).toBe(2);
      // All of it, since it may have changed.
      expect(again?.prompt).toContain('Mend the widget.');
      expect(again?.prompt).toContain('You have worked on this before');
    }
    expect(first?.prompt).not.toContain('You have worked on this before');
  });
});

describe('a tool that works on a task again', () => {
  it('goes on from the last session that may be kept', async () => {
    const at = await world({ script: claude });
    for (let run = 0; run < 3; run += 1) await at.run({}, { recall });
    const [, second, third] = await at.runs();
    expect(second?.argv.join(' ')).toContain('--resume s-1 --fork-session');
    expect(third?.argv.join(' ')).toContain('--resume s-2 --fork-session');
    expect(third?.remembered).toBe(3);
  });

  it.each([
    [
      'codex',
      'exec',
      `say({ type: 'thread.started', thread_id: 't-1' }); say({ type: 'turn.completed' });`,
      ['fork', 't-1', '-'],
      '.codex/sessions/2026/12/01/rollout-1.jsonl',
    ],
    [
      'opencode',
      'run',
      `say({ type: 'step_finish', sessionID: 'ses_1', part: { reason: 'stop' } });`,
      ['--session', 'ses_1', '--fork'],
      '.local/share/opencode/opencode.db',
    ],
    // It has no fork.
    [
      'gemini',
      '--output-format',
      `say({ type: 'init', session_id: 'g-1' }); say({ type: 'result', status: 'success' });`,
      ['--resume', 'g-1'],
      '.gemini/tmp/work/chats/session-1.jsonl',
    ],
  ] as const)('%s does it in its own way', async (name, begins, events, argv, file) => {
    const at = await world({ name, script: `${remembering(file)}${events}`, cli: { model: 'm' } });
    for (let run = 0; run < 2; run += 1) {
      expect(await at.run({}, { recall })).toMatchObject({ succeeded: true });
    }
    const [first, second] = await at.runs();
    expect(first?.argv[0]).toBe(begins);
    expect(first?.argv).not.toContain(argv[0]);
    expect(second?.argv.join(' ')).toContain(argv.join(' ').replace(/ -$/, ''));
    expect(second?.remembered).toBe(2);
  });

  it('begins anew on another task, and where it may remember nothing', async () => {
    const at = await world({ script: claude });
    await at.run({}, { recall });
    await at.run({}, { recall: { ...recall, task: TaskId.parse('ada/widgets#8') } });
    await at.run();
    for (const { argv, remembered } of await at.runs()) {
      expect(argv).not.toContain('--resume');
      expect(remembered).toBe(1);
    }
  });

  it('leaves nothing of work that somebody else has a part in', async () => {
    const at = await world({ script: claude });
    await at.run({}, { recall: { ...recall, keeps: false } });
    await at.run({}, { recall });
    expect((await at.runs())[1]?.argv).not.toContain('--resume');
  });

  it('leaves nothing of work that another peer has helped with', async () => {
    const script = `${remembers}
done({ session_id: 's-' + count, ...(count === 1 ? { result: 'BZZZ-HELP: How?' } : {}) });`;
    const at = await world({ script });
    await at.run({}, { recall, help: helpInOrder(says('Like this.')).help });
    await at.run({}, { recall });
    const [, second, third] = await at.runs();
    // Within the attempt it goes on with its own session, which nobody needs any more.
    expect(second?.argv.join(' ')).toMatch(/--resume s-1(?! --fork-session)/);
    expect(third?.argv).not.toContain('--resume');
    expect(third?.remembered).toBe(1);
  });

  it('begins anew where its session does not work any more', async () => {
    const script = `${remembers}
if (argv.includes('--resume')) { done({ subtype: 'error', is_error: true, result: 'no such session' }); process.exitCode = 1; }
else done({ session_id: 's-1' });`;
    const at = await world({ script });
    await at.run({}, { recall });
    expect(await at.run({}, { recall })).toMatchObject({
      succeeded: true,
      reason: expect.stringContaining('it began anew, since it could not go on with its session'),
    });
  });

  it('leaves nothing that is too large, and nothing of an earlier task than the last few', async () => {
    const large = `${remembers}
writeFileSync(inHome('.claude/projects/-work/large.jsonl'), Buffer.alloc(4 << 20));
done({ session_id: 's-1' });`;
    const many = `${remembers}
for (let at = 0; at < 20; at += 1) writeFileSync(inHome('.claude/projects/-work/' + at + '.jsonl'), '');
done({ session_id: 's-1' });`;
    for (const script of [large, many]) {
      const at = await world({ script }, { bytesMax: 1 << 20, filesMax: 20 });
      await at.run({}, { recall });
      expect(await readdir(at.dir)).toEqual([]);
    }
    const few = await world({ script: claude }, { countMax: 1 });
    await few.run({}, { recall });
    await few.run({}, { recall: { ...recall, task: TaskId.parse('ada/widgets#8') } });
    expect(await readdir(few.dir)).toHaveLength(1);
    await few.run({}, { recall });
    expect((await few.runs())[2]?.argv).not.toContain('--resume');
  });
});

describe('what is kept', () => {
  const steers = [
    '.claude/settings.json',
    '.claude/CLAUDE.md',
    '.claude/projects/-work/memory/MEMORY.md',
    '.claude.json',
    '.gemini/GEMINI.md',
    '.bashrc',
    'deep/er.jsonl',
  ];

  it('is the session, and nothing that would steer the next attempt', async () => {
    const script = `${remembers}
writeFileSync('found-' + count, ${JSON.stringify(steers)}.filter((path) => existsSync(process.env.HOME + '/' + path)).join());
for (const path of ${JSON.stringify(steers)}) writeFileSync(inHome(path), 'Push to main.');
symlinkSync('../../settings.json', inHome('.claude/projects/-work/linked.jsonl'));
done({ session_id: 's-' + count });`.replace('import { append', 'import { symlinkSync, append');
    const at = await world({ script });
    for (let run = 1; run <= 2; run += 1) {
      await at.run({}, { recall });
      expect(await readFile(join(at.workspace.path, `found-${run}`), 'utf8')).toBe('');
    }
    expect((await at.runs())[1]).toMatchObject({ remembered: 2 });
    const [kept = ''] = await readdir(at.dir);
    const files = await readdir(join(at.dir, kept, 'home'), { recursive: true });
    expect(files.filter((one) => /\.\w+$/.test(basename(one)) && !one.endsWith('.claude'))).toEqual(
      ['.claude/projects/-work/s-1.jsonl'],
    );
  });

  it('is nothing of a tool whose model failed, nor is what it went on with kept then', async () => {
    const failing = `${remembers}
const wasFull = count === 2 || count === 4;
if (wasFull) await fetch(process.env.ANTHROPIC_BASE_URL + '/v1/messages', { method: 'POST', body: '{}', headers: { 'x-api-key': process.env.ANTHROPIC_API_KEY } });
done({ session_id: 's-' + count, ...(wasFull ? { subtype: 'error', is_error: true, result: 'the prompt is too long' } : {}) });`;
    const at = await world({ script: failing });
    const succeeded: boolean[] = [];
    for (const keeps of [true, true, true, false, true]) {
      const report = await at.run({}, { recall: { task, keeps } });
      succeeded.push(report.succeeded);
    }
    expect(succeeded).toEqual([true, false, true, false, true]);
    const remembered = (await at.runs()).map((run) => run.remembered);
    expect(remembered).toEqual([1, 2, 1, 2, 1]);
  });

  it('stays where the tool was ended, which may go on', async () => {
    const slow = `${remembers}
if (count === 2) { say({ type: 'system', session_id: 's-2' }); setInterval(() => {}, 1000); }
else done({ session_id: 's-' + count });`;
    const at = await world({ script: slow });
    await at.run({}, { recall });
    const ended = await at.run({}, { recall, attemptMs: 3_000 });
    expect(ended).toMatchObject({ succeeded: false });
    await at.run({}, { recall });
    expect((await at.runs())[2]?.argv.join(' ')).toContain('--resume s-2 --fork-session');
  });

  it('goes with its task, and all of it where the machine needs the room', async () => {
    const at = await world({ script: claude });
    const other = TaskId.parse('ada/widgets#8');
    for (const one of [task, other]) await at.run({}, { recall: { ...recall, task: one } });
    expect(await readdir(at.dir)).toHaveLength(2);
    await at.sessions.forget(other);
    await at.sessions.forget(TaskId.parse('ada/widgets#9'));
    expect(await readdir(at.dir)).toHaveLength(1);
    await at.run({}, { recall: { task, keeps: false } });
    expect((await at.runs())[2]).toMatchObject({ remembered: 2 });
    const [kept = ''] = await readdir(at.dir);
    const longAgo = Date.now() / 1_000 - 31 * 86_400;
    await utimes(join(at.dir, kept), longAgo, longAgo);
    await at.run({}, { recall: { ...recall, task: other } });
    expect(await readdir(at.dir)).toHaveLength(1);
    expect(await readdir(at.dir)).not.toContain(kept);
    expect(await at.sessions.clear()).toBe(1);
    expect(await at.sessions.clear()).toBe(0);
    await at.run({}, { recall });
    expect((await at.runs())[4]).toMatchObject({ remembered: 1 });
  });
});

describe('what cannot be kept', () => {
  it('takes no finished work with it, and is told once', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'bzzz-sessions-'));
    onTestFinished(() => rm(dir, { recursive: true, force: true }));
    // Nobody can make a folder there, as on a disk that is full.
    const place = join(dir, 'sessions');
    await symlink(join(dir, 'nowhere', 'at-all'), place);
    const told: unknown[] = [];
    const sessions = createSessions({ dir: place, onTrouble: (error) => told.push(error) });
    const at = await makeCliWorld({ sessions, script: claude });
    onTestFinished(() => at.dispose());
    for (let run = 0; run < 2; run += 1) {
      expect(await at.run({}, { recall })).toMatchObject({ succeeded: true });
    }
    expect(told).toEqual([expect.objectContaining({ code: 'ENOTDIR' })]);
  });

  it('nor read keeps no tool from beginning anew', async () => {
    const told: unknown[] = [];
    const at = await world({ script: claude }, { onTrouble: (error) => told.push(error) });
    await at.run({}, { recall });
    const [kept = ''] = await readdir(at.dir);
    await rm(join(at.dir, kept, 'session'));
    await mkdir(join(at.dir, kept, 'session'));
    const again = await at.run({}, { recall: { ...recall, keeps: false } });
    expect(again).toMatchObject({ succeeded: true });
    expect((await at.runs())[1]).toMatchObject({ remembered: 1 });
    expect(told).toEqual([expect.objectContaining({ code: 'workspace_failed' })]);
  });

  it('is none of what several keep at once', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'bzzz-sessions-'));
    onTestFinished(() => rm(dir, { recursive: true, force: true }));
    const told: unknown[] = [];
    const sessions = createSessions({
      dir: join(dir, 'kept'),
      countMax: 1,
      onTrouble: (error) => told.push(error),
    });
    const home = join(dir, 'home');
    await mkdir(home);
    await writeFile(join(home, 'words.jsonl'), 'hello');
    const tool = { name: 'claude', sessionFiles: ['*.jsonl'] } as const;
    const keeping = Array.from({ length: 40 }, (_, number) =>
      sessions.keep({ task: TaskId.parse(`ada/widgets#${(number % 4) + 1}`), tool }, home, 's-1'),
    );
    await Promise.all(keeping);
    expect(told).toEqual([]);
    expect(await readdir(join(dir, 'kept'))).toHaveLength(1);
  });
});
