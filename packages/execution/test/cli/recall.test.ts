/** Tools that work on a task again: in a fork of what they remember, or by resuming a copy, or anew. */
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  const at = await makeCliWorld({ sessions: createSessions({ dir, ...bounds }), ...options });
  onTestFinished(() => at.dispose());
  const runs = async (): Promise<readonly Run[]> => {
    const text = await readFile(join(at.workspace.path, 'runs.txt'), 'utf8');
    return text
      .trim()
      .split('\n')
      .map((line): Run => JSON.parse(line));
  };
  return { ...at, dir, runs };
}

interface Run {
  readonly argv: readonly string[];
  readonly prompt: string;
  /** Runs of which its HOME tells, itself included. */
  readonly remembered: number;
}

/** Notes each run in HOME, and in the workspace how many are noted there. */
const remembers = `
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
const argv = process.argv.slice(2);
const prompt = readFileSync(argv.find((one) => one.endsWith('prompt.txt')) ?? 0, 'utf8');
mkdirSync(process.env.HOME + '/deep/er', { recursive: true });
const memory = process.env.HOME + '/deep/er/runs.json';
const runs = existsSync(memory) ? JSON.parse(readFileSync(memory, 'utf8')) : [];
runs.push(argv);
writeFileSync(memory, JSON.stringify(runs));
appendFileSync('runs.txt', JSON.stringify({ argv, prompt, remembered: runs.length }) + '\\n');
const count = readFileSync('runs.txt', 'utf8').trim().split('\\n').length;
`;
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
    ],
    [
      'opencode',
      'run',
      `say({ type: 'step_finish', sessionID: 'ses_1', part: { reason: 'stop' } });`,
      ['--session', 'ses_1', '--fork'],
    ],
    // It has no fork.
    [
      'gemini',
      '--output-format',
      `say({ type: 'init', session_id: 'g-1' }); say({ type: 'result', status: 'success' });`,
      ['--resume', 'g-1'],
    ],
  ] as const)('%s does it in its own way', async (name, begins, events, argv) => {
    const at = await world({ name, script: `${remembers}${events}`, cli: { model: 'm' } });
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
writeFileSync(process.env.HOME + '/large', Buffer.alloc(4 << 20));
done({ session_id: 's-1' });`;
    const at = await world({ script: large }, { kibMax: 1_024 });
    await at.run({}, { recall });
    expect(await readdir(at.dir)).toEqual([]);
    const few = await world({ script: claude }, { countMax: 1 });
    await few.run({}, { recall });
    await few.run({}, { recall: { ...recall, task: TaskId.parse('ada/widgets#8') } });
    expect(await readdir(few.dir)).toHaveLength(1);
    await few.run({}, { recall });
    expect((await few.runs())[2]?.argv).not.toContain('--resume');
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
    await writeFile(join(home, 'words'), 'hello');
    const keeping = Array.from({ length: 40 }, (_, number) =>
      sessions.keep(
        { task: TaskId.parse(`ada/widgets#${(number % 4) + 1}`), tool: 'claude' },
        home,
        's-1',
      ),
    );
    await Promise.all(keeping);
    expect(told).toEqual([]);
    expect(await readdir(join(dir, 'kept'))).toHaveLength(1);
  });
});
