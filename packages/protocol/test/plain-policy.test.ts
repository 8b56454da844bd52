import { describe, expect, it } from 'vitest';
import { agentConfiguration, alwaysProtected, matchesAny, parsePolicy } from '@bzzz/protocol';

function plain(fields: object) {
  return parsePolicy(JSON.stringify({ version: 1, plain: { accept: ['test'], ...fields } })).plain;
}

describe('issues in plain words', () => {
  it('are for models, unless the policy names coding tools', () => {
    expect(plain({ models: ['coder:7b'] })).toMatchObject({ executors: ['ollama'] });
    const tools = plain({ executors: ['claude', 'aider'] });
    expect(tools).toMatchObject({ executors: ['claude', 'aider'], models: [] });
    const both = { executors: ['codex', 'ollama'], models: ['coder:7b'] };
    expect(plain(both)).toMatchObject(both);
  });

  it.each([
    [{}, /plain\.models.*ollama needs at least one model/],
    [{ executors: ['ollama', 'claude'] }, /plain\.models.*ollama needs at least one model/],
    [{ executors: ['claude'], models: ['coder:7b'] }, /plain\.models.*only the executor ollama/],
    [{ executors: ['emacs'] }, /plain\.executors/],
    [{ executors: [] }, /plain\.executors/],
    [{ executors: ['claude', 'claude'] }, /twice/],
  ])('%j is refused with what to mend', (fields, reason) => {
    expect(() => plain(fields)).toThrow(reason);
  });
});

describe('configuration of coding tools', () => {
  it.each([
    'CLAUDE.md',
    'docs/claude.md',
    'packages/a/AGENTS.md',
    '.mcp.json',
    '.claude/settings.json',
    'sub/.claude/hooks/run.sh',
    '.codex/config.toml',
    '.gemini/settings.json',
    'GEMINI.md',
    '.aider.conf.yml',
    '.env',
    'opencode.json',
    '.opencode/plugin/x.ts',
    '.cursor/rules/a.mdc',
    '.github/copilot-instructions.md',
  ])('%s is protected', (path) => {
    expect(matchesAny(path, agentConfiguration)).toBe(true);
    expect(matchesAny(path, alwaysProtected)).toBe(true);
  });

  it.each(['README.md', 'docs/claude-notes.md', 'src/agents.ts', 'src/mcp.json', 'env.ts'])(
    '%s is not',
    (path) => {
      expect(matchesAny(path, alwaysProtected)).toBe(false);
    },
  );
});
