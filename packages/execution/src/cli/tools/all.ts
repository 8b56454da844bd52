/** Every coding command line that bzzz can start. */
import type { CliName } from '@bzzz/protocol';
import type { CliTool } from '../tool.ts';
import { aider } from './aider.ts';
import { claude } from './claude.ts';
import { codex } from './codex.ts';
import { gemini } from './gemini.ts';
import { opencode } from './opencode.ts';

export const cliTools: Readonly<Record<CliName, CliTool>> = {
  claude,
  codex,
  gemini,
  aider,
  opencode,
};

export function cliTellsCost(name: CliName): boolean {
  return cliTools[name].tellsCost;
}
