/** Who approved an issue, where the answers are not as simple as those of the embedded forge. */
import { Account, IssueNumber, RepoName } from '@bzzz/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from './support/code-of.ts';
import { createLeapingClock } from './support/leaping-clock.ts';
import { type ScriptedForge, startScriptedForge } from './support/scripted-forge.ts';

const repo = RepoName.parse('owner/sample');
const number = IssueNumber.parse(7);
const mara = Account.parse('mara');

let server: ScriptedForge['server'];
let forge: ScriptedForge['forge'];
const clock = createLeapingClock();
let stop: ScriptedForge['stop'];
beforeEach(async () => {
  ({ server, forge, stop } = await startScriptedForge({ clock }));
});
afterEach(() => stop());

const at = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, '0')}Z`;
const msAt = (second: number) => Date.parse(at(second));

function answer(change: object = {}): object {
  const issue = {
    title: 'T',
    body: 'B',
    createdAt: at(1),
    updatedAt: at(9),
    lastEditedAt: null,
    renamed: { nodes: [] },
    labelled: { nodes: [] },
    ...change,
  };
  return { data: { repository: { issue } } };
}

async function historyOf(change: object) {
  server.answer = () => ({ body: answer(change) });
  return await forge.readHistory(repo, number);
}

describe('the history of an issue', () => {
  it('was written when it was filed, edited or renamed, whichever came last', async () => {
    const renamed = { nodes: [{ createdAt: at(3) }] };
    expect((await historyOf({})).writtenAtMs).toBe(msAt(1));
    expect((await historyOf({ renamed })).writtenAtMs).toBe(msAt(3));
    expect((await historyOf({ renamed, lastEditedAt: at(2) })).writtenAtMs).toBe(msAt(3));
    expect((await historyOf({ renamed, lastEditedAt: at(4) })).writtenAtMs).toBe(msAt(4));
  });

  it('takes no program, and nobody who is gone, for a person of that name', async () => {
    const put = (actor: object | null) => ({
      createdAt: at(5),
      actor,
      label: { name: 'bzzz' },
    });
    const nodes = [
      put({ __typename: 'User', login: 'mara' }),
      put({ __typename: 'Bot', login: 'mara' }),
      put({ __typename: 'Mannequin', login: 'mara' }),
      put(null),
    ];
    const { labelled } = await historyOf({ labelled: { nodes } });
    expect(labelled.map(({ by }) => by)).toEqual(['mara', null, null, null]);
  });

  it.each([
    ['no time of the last edit', { lastEditedAt: undefined }],
    ['a time that is none', { lastEditedAt: 'yesterday' }],
    ['a label put on at no time', { labelled: { nodes: [{ actor: null, label: { name: 'x' } }] } }],
  ])('is no answer with %s', async (_, change) => {
    server.answer = () => ({ body: answer(change) });
    expect(await codeOf(forge.readHistory(repo, number))).toBe('forge_invalid_answer');
  });

  it.each([
    ['NOT_FOUND', 'forge_not_found'],
    ['FORBIDDEN', 'forge_refused'],
  ])('is refused by an answer of 200 that says %s', async (type, code) => {
    const errors = [{ type, message: 'no' }];
    server.answer = () => ({ body: { data: { repository: null }, errors } });
    expect(await codeOf(forge.readHistory(repo, number))).toBe(code);
  });

  it('counts as a read', async () => {
    await historyOf({});
    expect(forge.stats()).toMatchObject({ reads: 1, writes: 0 });
  });
});

describe('an account', () => {
  it.each([
    ['COLLABORATOR', { permission: 'admin', role_name: 'admin' }],
    ['COLLABORATOR', { permission: 'write', role_name: 'maintain' }],
    ['COLLABORATOR', { permission: 'read', role_name: 'triage' }],
    [
      'COLLABORATOR',
      { permission: 'read', role_name: 'helper', user: { permissions: { triage: true } } },
    ],
    ['NONE', { permission: 'read', role_name: 'helper', user: { permissions: {} } }],
    ['NONE', { permission: 'read', role_name: 'read', user: null }],
    ['NONE', { permission: 'none' }],
  ])('is %s by %o', async (association, body) => {
    server.answer = () => ({ body });
    expect(await forge.readAssociation(repo, mara)).toBe(association);
  });

  it('is the owner by its name, and nothing where GitHub knows none', async () => {
    server.answer = () => ({ status: 404, body: { message: 'Not Found' } });
    expect(await forge.readAssociation(repo, Account.parse('Owner'))).toBe('OWNER');
    expect(server.requests).toEqual([]);
    expect(await forge.readAssociation(repo, mara)).toBe('NONE');
  });

  it('is asked about again after a few minutes, and at once after a refusal', async () => {
    server.answer = () => ({ status: 403, body: { message: 'Must have push access' } });
    expect(await codeOf(forge.readAssociation(repo, mara))).toBe('forge_unauthorized');
    server.answer = () => ({ body: { permission: 'write' } });
    expect(await forge.readAssociation(repo, mara)).toBe('COLLABORATOR');
    server.answer = () => ({ body: { permission: 'none' } });
    expect(await forge.readAssociation(repo, mara)).toBe('COLLABORATOR');
    await new Promise<void>((resolve) => clock.after(180_000, resolve));
    expect(await forge.readAssociation(repo, mara)).toBe('NONE');
  });
});
