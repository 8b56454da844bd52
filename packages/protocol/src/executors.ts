/** What can work on an issue in plain words, by the names that policies, configuration and peers use. */
import { z } from 'zod';

/** Coding command lines; each has its adapter in `@bzzz/execution`. */
export const CliName = z.enum(['claude', 'codex', 'gemini', 'aider', 'opencode']);
export type CliName = z.infer<typeof CliName>;

export const PromptExecutor = z.enum(['ollama', ...CliName.options]);
export type PromptExecutor = z.infer<typeof PromptExecutor>;

/**
 * What tells coding command lines how to behave, or lets them run something, and lies in the tree: no
 * result may change it, and work that goes on from an earlier attempt has it as on the base.
 */
export const agentConfiguration = [
  '**/AGENTS.md',
  '**/AGENTS.override.md',
  '**/CLAUDE.md',
  '**/CLAUDE.local.md',
  '**/GEMINI.md',
  '**/CONVENTIONS.md',
  '**/.mcp.json',
  '**/.claude',
  '**/.claude/**',
  '**/.codex',
  '**/.codex/**',
  '**/.gemini',
  '**/.gemini/**',
  '**/.geminiignore',
  '**/.aider*',
  '**/.aider*/**',
  '**/opencode.json',
  '**/opencode.jsonc',
  '**/.opencode',
  '**/.opencode/**',
  '**/.agents',
  '**/.agents/**',
  '**/.cursor',
  '**/.cursor/**',
  '**/.cursorrules',
  '**/.github/copilot-instructions.md',
  '**/.github/instructions',
  '**/.github/instructions/**',
  // Some read settings of their own from it.
  '.env',
] as const;
