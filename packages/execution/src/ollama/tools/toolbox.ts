/** The tools of one attempt. What is not in here cannot be had, whatever a model has read somewhere. */
import type { Access } from '@bzzz/coordination';
import type { Tool as Description } from 'ollama/browser';
import { z } from 'zod';
import { createFiles } from '../files/files.ts';
import type { Call } from '../model/ask.ts';
import type { Asker } from '../../help/asker.ts';
import { changeTools } from './change-tools.ts';
import { helpTools } from './help-tool.ts';
import { lookTools } from './look-tools.ts';
import { type RunDeps, runTools } from './run-tool.ts';
import { defineTool, type Tool, type ToolResult, wrong } from './tool.ts';

export interface Toolbox {
  readonly descriptions: Description[];
  use(call: Call, options: { signal: AbortSignal }): Promise<ToolResult>;
}

export function createToolbox(
  deps: Omit<RunDeps, 'states'> & {
    readonly resultCharsMax: () => number;
    /** Null: nobody may be asked. */
    readonly asker: Asker | null;
  },
): Toolbox {
  const { asker } = deps;
  const { access = 'change' } = deps.request.job;
  const files = createFiles(deps.request.path);
  const states = () => files.states() + (asker?.changes ?? 0);
  const tools = new Map(
    [
      ...lookTools({ files, resultCharsMax: deps.resultCharsMax }),
      ...(access === 'change' ? changeTools(files) : []),
      ...runTools({ ...deps, states }),
      ...helpTools(asker, deps.resultCharsMax),
      finishTool(access),
    ].map((tool) => [tool.name, tool]),
  );
  return {
    descriptions: [...tools.values()].map(({ description }) => description),
    async use({ name, args }, options) {
      const tool = tools.get(name);
      if (tool !== undefined) return tool.use(args, options);
      return wrong(`there is no such tool; there are ${[...tools.keys()].join(', ')}`);
    },
  };
}

function finishTool(access: Access): Tool {
  const what =
    access === 'change'
      ? 'one sentence for a person, or the whole answer to another peer that asks'
      : 'your whole answer';
  return defineTool({
    name: 'finish',
    description: 'Says that the work is done. Call it once, at the end.',
    input: z.object({ summary: z.string().describe(what) }),
    use: async ({ summary }) => ({ text: 'done', news: 'finish', finished: summary }),
  });
}
