/** With a real server and a real model: `BZZZ_TEST_OLLAMA_URL`, and `BZZZ_TEST_OLLAMA_MODEL` if not the first. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createOllama } from '@bzzz/execution';
import { ModelName } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { job } from '../support/ollama-world.ts';
import { limits, makeWorld } from '../support.ts';

const url = process.env['BZZZ_TEST_OLLAMA_URL'];

describe.skipIf(url === undefined)('a real Ollama (issue 4, opt in)', () => {
  it('mends a word in a file', { timeout: 900_000 }, async () => {
    const world = makeWorld({ files: { 'README.md': 'Helo world\n' } });
    try {
      const workspace = await world.create();
      const { runner } = world;
      const ollama = createOllama({ runner }, { url: url ?? '' });
      await ollama.refresh();
      const wanted = process.env['BZZZ_TEST_OLLAMA_MODEL'] ?? ollama.executor.models?.()[0];
      const models = [ModelName.parse(wanted)];
      const parts = [
        ...job.parts.slice(0, 1),
        { source: 'author' as const, text: 'README.md says "Helo" where it should say "Hello".' },
      ];
      const request = { job: { ...job, models, parts }, path: workspace.path };
      const report = await ollama.executor.run({
        ...request,
        limits: { ...limits, attemptMs: 840_000 },
      });
      expect(report, report.reason).toMatchObject({ succeeded: true });
      expect(readFileSync(join(workspace.path, 'README.md'), 'utf8')).toBe('Hello world\n');
    } finally {
      await world.dispose();
    }
  });
});
