/** Roles: an architect looks, a coder changes, a critic sends it back once, in a mesh of real peers. */
import { expect, it, onTestFinished, vi } from 'vitest';
import {
  type ChatRequest,
  type Reply,
  type Script,
  startScriptedOllama,
} from '@bzzz/testkit/scripted/ollama';
import { csvWorld } from './harness/csv-world.ts';
import { startForge } from './harness/forge.ts';
import { fullMesh, startPeers, untilAllSayDone } from './harness/peer.ts';
import { git } from './harness/repository.ts';
import { createStage, patientMs } from './harness/stage.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

const [architect, coder, critic] = ['thinker:70b', 'coder:7b', 'critic:3b'] as const;

const calls = (name: string, args: object): Reply => ({
  kind: 'answer',
  calls: [{ name, arguments: args }],
});
const edit = (oldText: string, newText: string) =>
  calls('edit_file', { path: 'src/csv.js', oldText, newText });
const finish = (summary: string) => calls('finish', { summary });

const plan = 'In src/csv.js nothing is to be cut off at the end.';
const complaint = 'Now the FIRST line is lost: nothing at all is to be cut off.';

/** What each model does, one answer after the other; the architect wants more than it may. */
const doings: Readonly<Record<string, readonly Reply[]>> = {
  [architect]: [
    edit('.slice(0, -1)', ''),
    calls('run', { name: 'spoil' }),
    calls('read_file', { path: 'src/csv.js' }),
    finish(plan),
  ],
  [coder]: [
    edit('.slice(0, -1)', '.slice(1)'),
    finish('It is changed.'),
    edit('.slice(1)', ''),
    calls('run', { name: 'test' }),
    finish('Nothing is cut off any more.'),
  ],
  [critic]: [
    finish(`${complaint}\nBZZZ-VERDICT: back`),
    calls('run', { name: 'test' }),
    finish('It resolves the issue.\nBZZZ-VERDICT: pass'),
  ],
};

function scripted(): { script: Script; of(model: string): ChatRequest[] } {
  const chats: ChatRequest[] = [];
  const over: Reply = { kind: 'status', status: 500, body: '{"error":"the script is over"}' };
  return {
    of: (model) => chats.filter((one) => one.model === model),
    script(request) {
      chats.push(request);
      const turn = chats.filter(({ model }) => model === request.model).length - 1;
      return doings[request.model]?.[turn] ?? over;
    },
  };
}

it('mend a program whose test fails, and only by a peer that has a model for each of them', async () => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const { script, of } = scripted();
  const server = await startScriptedOllama(
    script,
    [architect, coder, critic].map((name) => ({ name })),
  );
  onTestFinished(() => server.close());
  const coderOnly = await startScriptedOllama(() => finish('Never.'), [{ name: coder }]);
  onTestFinished(() => coderOnly.close());
  const spoil = ['sh', '-c', 'echo spoilt >> src/csv.js; echo planted > planted.txt'];
  const forge = await startForge(
    stage,
    await csvWorld(
      stage,
      { models: [coder], steps: ['architect', 'coder', 'critic'] },
      {
        roles: {
          architect: { models: [architect], commands: { spoil } },
          critic: { models: [critic], instructions: 'Be strict.' },
        },
      },
    ),
  );
  const peers = await startPeers(stage, forge, ['ash', 'elm'], {
    ollamaOf: (name) => (name === 'ash' ? server.url : coderOnly.url),
  });
  const [ash, elm] = peers;
  await fullMesh(stage, peers);
  await untilAllSayDone(stage, peers, 1);

  const [pull] = await forge.pullRequests();
  expect(pull).toMatchObject({ draft: false, head: { ref: 'bzzz/issue-1' } });
  expect(pull?.body).toContain('Done in the steps architect, coder, critic by the model');
  expect(pull?.body).toContain('(12 answers');
  expect(await git(forge.gitDir, 'diff', '--name-only', 'main', 'bzzz/issue-1')).toBe('src/csv.js');
  expect(await git(forge.gitDir, 'show', 'bzzz/issue-1:src/csv.js')).toBe(
    "export const rows = (text) => text.split('\\n');",
  );

  const bodies = (await ash?.journal()) ?? [];
  const steps = bodies.flatMap((body) => (body.kind === 'attempt.step' ? [body] : []));
  expect(steps).toMatchObject([
    { step: 1, role: 'architect', outcome: 'done', reason: plan, spent: { model: architect } },
    { step: 2, role: 'coder', outcome: 'done', spent: { model: coder, turns: 2 } },
    { step: 3, role: 'critic', outcome: 'sent back' },
    { step: 4, role: 'coder', outcome: 'done', spent: { turns: 3 } },
    { step: 5, role: 'critic', outcome: 'passed', spent: { turns: 2 } },
  ]);
  expect((await elm?.journal())?.some(({ kind }) => kind === 'attempt.started')).toBe(false);
  expect(coderOnly.chats).toEqual([]);

  // What the architect wanted beside looking was refused, by its tools and by the sandbox.
  const [refused, spoilt] = toolWords(of(architect).at(-1));
  expect(refused).toContain('there is no such tool');
  expect(spoilt).toContain('Read-only file system');
  // What one said came to the next as data, what the critic wanted to the coder.
  const [first, , again] = of(coder).map((one) => wordsOf(one, 'user'));
  expect(first).toContain(`from the model that worked here before you`);
  expect(first).toContain(`The architect says:\n\n${plan}`);
  expect(first).not.toContain(complaint);
  expect(again).toContain(complaint);
  const [judged] = of(critic);
  expect(wordsOf(judged, 'user')).toContain('.slice(1);');
  expect(wordsOf(judged, 'system')).toContain('Be strict.');
});

function wordsOf(chat: ChatRequest | undefined, role: 'system' | 'user'): string {
  const said = chat?.messages.filter((one) => one.role === role) ?? [];
  return said.map(({ content }) => content).join('\n');
}

function toolWords(chat: ChatRequest | undefined): string[] {
  return (chat?.messages ?? []).flatMap(({ role, content }) => (role === 'tool' ? [content] : []));
}
