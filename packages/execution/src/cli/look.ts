/** Whether a tool is there and starts, in the sandbox as for work, and which version it is. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Policy } from '@bzzz/protocol';
import { oneLine } from '../prompt/one-line.ts';
import type { Runner } from '../runner.ts';
import { type Located, locate } from './locate.ts';
import type { CliSettings } from './options.ts';
import type { CliTool } from './tool.ts';

export type Look =
  | { readonly kind: 'there'; readonly located: Located; readonly version: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'broken'; readonly located: Located; readonly reason: string };

const { limits } = Policy.parse({ version: 1 });

/** Throws `sandbox_missing`, `aborted`. */
export async function look(
  { runner, tool, settings }: { runner: Runner; tool: CliTool; settings: CliSettings },
  signal?: AbortSignal,
): Promise<Look> {
  const located = await locate(settings.program ?? tool.program);
  if (located === null) return { kind: 'missing' };
  const slot = await mkdtemp(join(tmpdir(), 'bzzz-look-'));
  try {
    const path = join(slot, 'tree');
    await mkdir(path);
    const chunks: Buffer[] = [];
    const { ended, reason, report } = await runner.run(
      {
        argv: [located.path, ...tool.version.argv],
        path,
        limits,
        timeMs: settings.lookMs,
        ...(tool.reservedBytes === null ? {} : { reservedBytes: tool.reservedBytes }),
        show: [...located.needs, ...settings.folders].map((from) => ({ from, to: from })),
        onStdout: (chunk) => chunks.push(chunk),
      },
      signal === undefined ? {} : { signal },
    );
    const text = Buffer.concat(chunks).toString('utf8').trim();
    const version = tool.version.pattern.exec(text)?.[1];
    if (ended === 'exit' && report.exitCode === 0 && version !== undefined) {
      return { kind: 'there', located, version };
    }
    return { kind: 'broken', located, reason: `${reason}: ${oneLine(report.outputTail)}` };
  } finally {
    await rm(slot, { recursive: true, force: true });
  }
}
