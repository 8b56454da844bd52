/** Which tools a cap in USD cannot hold: what they do not tell of costs counts nothing. */
import { cliTellsCost } from '@bzzz/execution';
import { CliName, type SpendCaps } from '@bzzz/protocol';

export const untoldAdvice =
  'Set the same cap in tokens (`spend.tokensPerDay`, `spend.meshTokensPerDay`): that holds all of them.';

/** In a sentence without its full stop; null: every cap holds what there is. `executors`: by name. */
export function untoldCosts(caps: SpendCaps, executors: readonly string[]): string | null {
  const loose = [
    ...(caps.usdPerDay !== undefined && caps.tokensPerDay === undefined ? ['usdPerDay'] : []),
    ...(caps.meshUsdPerDay !== undefined && caps.meshTokensPerDay === undefined
      ? ['meshUsdPerDay']
      : []),
  ];
  const tools = executors.filter((name) => {
    const tool = CliName.safeParse(name);
    return tool.success && !cliTellsCost(tool.data);
  });
  if (loose.length === 0 || tools.length === 0) return null;
  const settings = loose.map((name) => `\`spend.${name}\``).join(' and ');
  return `${settings} cannot hold ${tools.join(', ')}, of which the costs are not told, or not for every model`;
}
