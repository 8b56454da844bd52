/** A model whose role may only look, or only run commands, and that wants more. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRunner } from '@bzzz/execution';
import { inOrder } from '@bzzz/testkit/scripted/ollama';
import { describe, expect, it } from 'vitest';
import { makeCliWorld } from '../support/cli-world.ts';
import { calls, finish, makeOllamaWorld, toolOutputs } from '../support/ollama-world.ts';
import { limits, makeWorld } from '../support.ts';

const spoil = [
  'sh',
  '-c',
  'echo spoilt > src/value.txt; echo new > planted.txt; rm README.md; cat src/value.txt',
];
const wants = () =>
  inOrder(
    calls(['edit_file', { path: 'src/value.txt', oldText: 'old', newText: 'new' }]),
    calls(['write_file', { path: 'planted.txt', content: 'planted' }]),
    calls(['delete_file', { path: 'README.md' }]),
    calls(['run', { name: 'spoil' }]),
    finish,
  );

const ways =
  process.geteuid?.() === 0 ? (['root', 'user-namespace'] as const) : (['user-namespace'] as const);

describe.each(ways)('by way of %s', (way) => {
  it('who may only look changes nothing, by no tool and by no command', async () => {
    const at = await makeOllamaWorld({ script: wants(), world: { way } });
    try {
      const report = await at.run({ access: 'look', commands: { spoil } });
      expect(report).toMatchObject({ succeeded: true, answer: 'Mended.' });
      const [edit, write, remove, run] = toolOutputs(at.server.chats.at(-1));
      const refusal =
        'error: there is no such tool; there are list_files, read_file, search, run, finish';
      expect([edit, write, remove]).toEqual([refusal, refusal, refusal]);
      expect(run).toContain('Read-only file system');
      expect(run).toMatch(/^old$/m);
      expect(await at.workspace.collect('work\n')).toBeNull();
      const [system] = at.server.chats[0]?.messages ?? [];
      expect(system?.content).toContain('No file can be changed.');
      expect(system?.content).toContain('call `finish` with your whole answer');
    } finally {
      await at.dispose();
    }
  });

  it('who may run commands changes files by these alone', async () => {
    const at = await makeOllamaWorld({ script: wants(), world: { way } });
    try {
      await at.run({ access: 'run', commands: { spoil } });
      const [edit, write, remove, run] = toolOutputs(at.server.chats.at(-1));
      for (const one of [edit, write, remove]) expect(one).toContain('there is no such tool');
      expect(run).toContain('it ended with exit code 0');
      const changed = (await at.workspace.collect('work\n'))?.commits.flatMap(({ files }) => files);
      expect(changed?.map(({ path, status }) => `${status} ${path}`).sort()).toEqual([
        'added planted.txt',
        'deleted README.md',
        'modified src/value.txt',
      ]);
    } finally {
      await at.dispose();
    }
  });

  it('a command that may only read still reads all, and has its /tmp', async () => {
    const world = makeWorld({ way });
    const workspace = await world.create();
    try {
      const text =
        'cat src/value.txt && touch /tmp/mine && ! touch mine && ! mkdir .git/x && ! mv src dst';
      const request = { argv: ['sh', '-c', text], path: workspace.path, limits, timeMs: 20_000 };
      const runner = createRunner({ sandbox: 'required', way });
      const { report } = await runner.run({ ...request, readOnly: true });
      expect(report).toMatchObject({ exitCode: 0, outputTail: expect.stringContaining('old') });
      // The next may change them again.
      const after = { ...request, argv: ['touch', 'mine'] };
      expect((await runner.run(after)).report.exitCode).toBe(0);
    } finally {
      await workspace.dispose();
      await world.dispose();
    }
  });
});

describe('a coding tool', () => {
  const tool = `
import { readFileSync, writeFileSync } from 'node:fs';
const prompt = readFileSync(0, 'utf8');
let code = 'written';
try { writeFileSync('src/value.txt', 'spoilt'); } catch (error) { code = error.code; }
done({ result: code + ' ' + prompt.includes('no file here can be changed') });`;

  it('that may only look is told so, and finds the files read-only', async () => {
    const at = await makeCliWorld({ script: tool });
    try {
      expect(await at.run({ access: 'look' })).toMatchObject({ answer: 'EROFS true' });
      expect(readFileSync(join(at.workspace.path, 'src/value.txt'), 'utf8')).toBe('old\n');
      expect(await at.run({ access: 'change' })).toMatchObject({ answer: 'written false' });
    } finally {
      await at.dispose();
    }
  });

  it('cannot be one that runs commands alone, since it has a shell', async () => {
    const at = await makeCliWorld({ script: `${tool}\nwriteFileSync('ran', '');` });
    try {
      const reason = 'claude cannot be held to commands by their name';
      expect(await at.run({ access: 'run' })).toMatchObject({ succeeded: false, reason });
      expect(existsSync(join(at.workspace.path, 'ran'))).toBe(false);
    } finally {
      await at.dispose();
    }
  });
});
