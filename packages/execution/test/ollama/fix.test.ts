/** A model mends a real program whose real test fails, with everything real but the model. */
import { describe, expect, it } from 'vitest';
import { calls, makeOllamaWorld, toolOutputs } from '../support/ollama-world.ts';
import { inOrder } from '@bzzz/testkit/scripted/ollama';
import { limits } from '../support.ts';

const files = {
  'package.json': '{"type":"module"}\n',
  'src/csv.js': "export const rows = (text) => text.split('\\n').slice(0, -1);\n",
  'test/csv.test.js': `import { test } from 'node:test';
import assert from 'node:assert';
import { rows } from '../src/csv.js';
test('keeps the last line', () => assert.deepEqual(rows('a\\nb'), ['a', 'b']));
`,
};
const argv = ['node', '--test', 'test/csv.test.js'];

describe.each(['required', 'off'] as const)('a model at work, sandbox %s', (sandbox) => {
  it('finds the fault, mends it, sees the test pass and says that it is done', async () => {
    const script = inOrder(
      { kind: 'answer', content: 'Let me look at it. Größe: 12 µm – 𝒳', thinking: 'Hm – 𝒳.' },
      calls(['search', { text: 'rows' }]),
      calls(['read_file', { path: 'src/csv.js' }], ['run', { name: 'test' }]),
      calls([
        'edit_file',
        { path: 'src/csv.js', oldText: '.slice(0, -1)', newText: ".filter((row) => row !== '')" },
      ]),
      calls(['write_file', { path: 'docs/csv/notes.md', content: 'Empty rows are left out.\n' }]),
      calls(['run', { name: 'test' }]),
      calls(['finish', { summary: 'The last line\nstays.' }]),
    );
    const at = await makeOllamaWorld({ script, world: { sandbox, files } });
    try {
      let printed = '';
      const onPrinted = (more: string) => void (printed += more);
      const report = await at.run({ commands: { test: argv } }, { onPrinted });
      // Whoever watches sees what it says and does, and what its commands print, in that order.
      expect(printed).toMatch(/^\[coder:7b\] Let me look at it/);
      for (const part of ['[tool] search {"text":"rows"}\n', `$ ${argv.join(' ')}\n`]) {
        expect(printed).toContain(part);
      }
      const place = (text: string) => printed.indexOf(text);
      expect(place('[tool] run {')).toBeLessThan(place('$ node'));
      expect(printed.slice(place('$ node'))).toContain('keeps the last line');
      expect(report).toMatchObject({ succeeded: true, reason: 'it says: The last line stays.' });
      expect(report.commands.map(({ argv, exitCode }) => [argv, exitCode])).toEqual([
        [argv, 1],
        [argv, 0],
      ]);
      expect(report.spent).toEqual({
        executor: 'ollama',
        costUsd: null,
        model: 'coder:7b',
        turns: 7,
        tokensRead: 700,
        tokensWritten: 70,
      });
      const outputs = toolOutputs(at.server.chats.at(-1));
      expect(outputs[0]).toContain('src/csv.js:1: export const rows');
      expect(outputs[1]).toContain('.slice(0, -1)');
      expect(outputs[2]).toContain('keeps the last line');
      expect(outputs[2]).toContain('it ended with exit code 1');
      expect(outputs.at(-1)).toContain('it ended with exit code 0');
      // What the model wrote came back whole, though its bytes were cut anywhere.
      expect(at.server.chats[1]?.messages[2]).toMatchObject({
        role: 'assistant',
        content: 'Let me look at it. Größe: 12 µm – 𝒳',
        thinking: 'Hm – 𝒳.',
      });

      const collected = await at.workspace.collect('Keep the last line\n');
      expect(collected?.commits[0]?.files.map(({ path, mode }) => [path, mode])).toEqual([
        ['docs/csv/notes.md', '100644'],
        ['src/csv.js', '100644'],
      ]);
      if (collected === null) return;
      const { base } = at.world;
      const judged = { base, result: collected.result, judge: ['test/**'], commands: [argv] };
      expect(await at.world.workspaces.accept({ ...judged, limits })).toMatchObject({
        passed: true,
      });
    } finally {
      await at.dispose();
    }
  });

  it('leaves files that commands can use, and uses what they left', async () => {
    const script = inOrder(
      calls(['run', { name: 'prepare' }]),
      calls(['write_file', { path: 'src/new/made.txt', content: 'made\n' }]),
      calls(['edit_file', { path: 'tool.sh', oldText: 'old', newText: 'new' }]),
      calls(['run', { name: 'use' }]),
      calls(['read_file', { path: 'src/new/by-command.txt' }]),
      calls(['finish', { summary: 'Done.' }]),
    );
    const at = await makeOllamaWorld({ script, world: { sandbox } });
    try {
      const prepare = ['sh', '-c', 'echo "echo old" > tool.sh; chmod 755 tool.sh'];
      const use = [
        'sh',
        '-c',
        'echo more >> src/new/made.txt && cp src/new/made.txt src/new/by-command.txt && sh -c ./tool.sh && rm tool.sh',
      ];
      const report = await at.run({ commands: { prepare, use } });
      expect(report.commands.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
      expect(report.commands[1]?.outputTail).toBe('new');
      expect(toolOutputs(at.server.chats.at(-1)).at(-1)).toBe('made\nmore\n(lines 1 to 2 of 2)');
    } finally {
      await at.dispose();
    }
  });
});
