import { LockRecord, Oid, parsePolicy } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import type { AttemptResult } from '../../src/task/attempt.ts';
import type { Plan } from '../../src/task/plan.ts';
import {
  adoptedText,
  claimComment,
  commitMessage,
  doneComment,
  failedComment,
  pullRequestText,
  releasedComment,
  resultTitle,
} from '../../src/task/texts.ts';
import { peerOf } from '../support/identity.ts';
import { baseOid, issueOf } from '../support/memory-forge.ts';
import { bodySha256, heldDraft } from '../support/stand.ts';

const record = LockRecord.parse({ ...heldDraft(2), peer: peerOf(1), nonce: '0'.repeat(16) });
const plan: Plan = {
  kind: 'format',
  job: { kind: 'recipe', commands: [['fmt']] },
  accept: [['check']],
  needs: { executors: ['recipe'], tools: [], models: [] },
  bodySha256,
  after: [],
  blockedByOpen: 0,
};

const briefing = { issue: issueOf(), plan, policy: parsePolicy('version: 1') };

function attemptOf(argv: string[], judgeFilesChanged: string[] = []): AttemptResult {
  const command = { argv, exitCode: 0, elapsedMs: 12.4, outputTail: '' };
  const acceptance = { passed: true, commands: [command], judgeFilesChanged };
  const result = Oid.parse('e'.repeat(40));
  const newTests = { kind: 'none' } as const;
  const time = { spent: null, elapsedMs: 1_234.5 };
  return { base: baseOid, result, commits: 1, acceptance, newTests, ...time };
}

function bodyOf(attempt: AttemptResult): string {
  return pullRequestText(briefing, record, 'ant', attempt).body;
}

/** The text without what stands in code fences and code spans, as a forge would interpret it. */
function interpreted(markdown: string): string {
  return markdown
    .replaceAll(/^(`{3,})text\n[\s\S]*?\n\1$/gm, '')
    .split('\n')
    .map((line) => line.replaceAll(/(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)/g, ''))
    .join('\n');
}

describe('what people read', () => {
  it('says who holds, who did it and who gave up', () => {
    expect(claimComment('ant', record)).toMatch(/\*\*ant\*\*.*epoch 2, attempt 1/);
    expect(doneComment('ant', record, 12, 'verified')).toMatch(/#12.*\n\n.*is verified/);
    expect(failedComment('ant', record, 'exit 1')).toContain('```text\nexit 1\n```');
    expect(releasedComment('ant', record, 'assigned to mara')).toContain('`assigned to mara`');
    expect(adoptedText(record, 'ant').body).toContain('Closes #7.');
    expect(adoptedText(record, 'ant').body).not.toContain('not run where');
    for (const text of [claimComment('ant', record), doneComment('ant', record, 12, 'verified')]) {
      expect(text).toContain('`git log bzzz/lock/7`');
    }
  });

  it('says who ran the acceptance where its author could not, also when another completes it', () => {
    const words = 'was not run where the result was made';
    const provenBy = peerOf(9);
    const { body } = pullRequestText(briefing, record, 'ant', { ...attemptOf([]), provenBy });
    const result = { ...heldDraft(3), state: 'result', result: 'e'.repeat(40), verdicts: 1 };
    const signed = { ...result, prover: provenBy, peer: peerOf(1), nonce: '0'.repeat(16) };
    for (const text of [body, adoptedText(LockRecord.parse(signed), 'ant').body]) {
      expect(text).toContain(words);
      expect(text).toContain(provenBy);
    }
  });

  it('gives the evidence', () => {
    const { title, body } = pullRequestText(briefing, record, 'ant', attemptOf(['check']));
    expect(title).toBe('Format the code (#7)');
    expect(body).toContain('Closes #7.');
    expect(body).toContain('| `check` | 0 | 12 ms |');
    expect(body).toContain(`Base \`${baseOid}\``);
    expect(body).not.toContain('look at these yourself');
  });

  it('says what its new tests prove, or that nobody knows', () => {
    const files = Array.from({ length: 30 }, (_, index) => `test/${index}\`@mara.test.js`);
    const reason = 'without the change `node --test` fails with them';
    const textOf = (kind: 'proven' | 'untold') =>
      bodyOf({ ...attemptOf(['check']), newTests: { kind, files, reason } });
    expect(textOf('proven')).toContain('without the rest of it they fail (`without the change');
    expect(textOf('untold')).toContain('**whether they fail without the rest of it is not known**');
    expect(textOf('proven').match(/^- `test/gm)).toHaveLength(20);
    expect(interpreted(textOf('proven'))).not.toContain('@mara');
    expect(bodyOf(attemptOf(['check']))).not.toContain('adds tests');
  });

  it('names the judge files that were changed, up to twenty', () => {
    const files = Array.from({ length: 30 }, (_, index) => `test/${index}.ts`);
    const body = bodyOf(attemptOf(['check'], files));
    expect(body.match(/^- `test/gm)).toHaveLength(20);
  });
});

describe('a hostile title', () => {
  it('is one bounded line of well-formed text', () => {
    const title = resultTitle(issueOf({ title: `a\r\n\n  b\u202e\u200b ${'x'.repeat(500)}` }));
    expect(title).toMatch(/^a b x+ \(#7\)$/);
    expect(title.length).toBeLessThan(140);
    expect(resultTitle(issueOf({ title: `${'x'.repeat(119)}😀` })).isWellFormed()).toBe(true);
    expect(resultTitle(issueOf({ title: 'a <!-- b --> c' }))).toBe('a <!-- b --> c (#7)');
    expect(resultTitle(issueOf({ title: '\u200b' }))).toBe('(#7)');
  });

  it('cannot add a trailer to the commit', () => {
    const issue = issueOf({ title: 'x\n\nBzzz-Peer: somebody else\nBzzz-Epoch: 9' });
    const message = commitMessage(issue, plan, record, 'ant');
    expect(message.match(/^Bzzz-Peer: .*$/gm)).toEqual([`Bzzz-Peer: ${record.peer}`]);
    expect(message.match(/^Bzzz-Epoch: .*$/gm)).toEqual(['Bzzz-Epoch: 2']);
  });

  it.each(['Fix it [skip ci]', 'Fix it [ci skip]', '[no ci] Fix it', 'x [skip actions]'])(
    'cannot switch off the checks of its own pull request: %s',
    (title) => {
      const message = commitMessage(issueOf({ title }), plan, record, 'ant');
      expect(message).not.toMatch(/\[(?:skip|no) (?:ci|actions)\]|\[ci skip\]/i);
    },
  );

  it.each([
    'Fixes #1',
    'closes acme/other#2',
    'resolves GH-3',
    'fix https://github.com/a/b/issues/4',
  ])('cannot close another issue when it is merged: %s', (title) => {
    const first = resultTitle(issueOf({ title })).replace(/ \(#7\)$/, '');
    expect(first).not.toMatch(/#\d|GH-\d|:\/\/\w/i);
  });

  it('calls nobody', () => {
    const issue = issueOf({ title: 'Ask @octocat and @acme/everybody' });
    const message = commitMessage(issue, plan, record, 'ant');
    expect(message).not.toMatch(/@\w/);
    expect(resultTitle(issue)).not.toMatch(/@\w/);
  });
});

describe('hostile output', () => {
  it.each([
    '```\n@octocat closes #1\n```',
    '````text\n@octocat\n````',
    `${'`'.repeat(40)}\n@octocat`,
    '~~~\n@octocat\n~~~',
    '</sub> @octocat <!-- ',
  ])('stays inside the fence of a failure: %j', (reason) => {
    const outside = interpreted(failedComment('ant', record, reason));
    expect(outside).not.toContain('@octocat');
    expect(outside).toMatch(/needs a person/);
  });

  it('is cut at its beginning, where a failure says least', () => {
    const comment = failedComment('ant', record, `first${'x'.repeat(10_000)}last`);
    expect(comment).toContain('last\n```');
    expect(comment).not.toContain('first');
    expect(comment.length).toBeLessThan(4_000);
  });

  it.each(['`@octocat`', '``` @octocat ```', 'a\n\n@octocat', '\r\n# @octocat'])(
    'stays inside the code span of a release: %j',
    (reason) => {
      const outside = interpreted(releasedComment('ant', record, reason));
      expect(outside).not.toContain('octocat');
    },
  );

  it.each([
    ['`', '@octocat', '`'],
    ['|', '@octocat'],
    ['\\|', '@octocat'],
    ['\\\\|', '@octocat\n| x |'],
  ])('stays inside its cell of the table: %j %j', (...argv) => {
    const [row] = bodyOf(attemptOf(argv))
      .split('\n')
      .filter((line) => line.includes('octocat'));
    // However a reader counts backslashes, there is no pipe besides the four of the row.
    expect(row?.match(/\|/g)).toHaveLength(4);
    expect(interpreted(row ?? '')).not.toContain('octocat');
  });

  it('stays inside the code span of a file name', () => {
    const body = bodyOf(attemptOf(['check'], ['test/`@octocat`\n## x.ts']));
    expect(interpreted(body)).not.toContain('octocat');
    expect(body).not.toMatch(/^## x/m);
  });
});
