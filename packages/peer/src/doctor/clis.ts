/** The coding tools that the operator wants: whether they start, and their keys. */
import { createRunner, whereCli } from '@bzzz/execution';
import { CliName, type Config, isBzzzError } from '@bzzz/protocol';
import type { Check } from '@bzzz/protocol/api';
import { readModelKey } from '../folder/model-key.ts';
import { cliWords } from '../status/cli-words.ts';
import { wantedClis } from '../wiring/clis.ts';
import { bad, good } from './checks.ts';

/** Of those of which nobody says anything, the ones that are there. */
export async function checkClis(
  { cli, work }: Pick<Config, 'cli' | 'work'>,
  options: { signal?: AbortSignal } = {},
): Promise<Check[]> {
  const checks: Check[] = [];
  for (const [name, tool] of wantedClis({ runner: createRunner({ sandbox: work.sandbox }) }, cli)) {
    const title = `coding tool ${name}`;
    try {
      await tool.refresh(options);
      const keyFile = cli[name]?.apiKeyFile;
      if (keyFile !== undefined) await readModelKey(keyFile);
    } catch (error) {
      if (!isBzzzError(error)) throw error;
      checks.push(bad(title, error.reason, error.advice));
      continue;
    }
    const seen = tool.seen();
    const said = cliWords(seen);
    const advice =
      seen?.kind === 'broken'
        ? `Name in \`cli.${name}.folders\` what it needs to see in the sandbox, or install it anew.`
        : `Install it (\`${tool.install}\`), or name it in \`cli.${name}.program\`.`;
    checks.push(seen?.kind === 'there' ? good(title, said) : bad(title, said, advice));
  }
  for (const name of CliName.options.filter((one) => cli[one] === undefined)) {
    const path = await whereCli(name);
    const why = `not offered, since the configuration has no section \`cli.${name}\``;
    if (path !== null) checks.push(good(`coding tool ${name}`, `${path}, ${why}`));
  }
  return checks;
}
