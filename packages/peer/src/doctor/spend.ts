/** Whether the caps on what models may cost hold the tools that are configured. */
import { CliName, type Config } from '@bzzz/protocol';
import type { Check } from '@bzzz/protocol/api';
import { untoldAdvice, untoldCosts } from '../status/untold-costs.ts';
import { bad, good } from './checks.ts';

export function checkSpend({ spend, cli }: Pick<Config, 'spend' | 'cli'>): Check {
  const tools = CliName.options.filter((name) => cli[name]?.enabled === true);
  const untold = untoldCosts(spend, tools);
  if (untold !== null) return bad('spend', untold, untoldAdvice);
  const caps = Object.entries(spend).map(([name, cap]) => `${name} ${cap}`);
  return good('spend', caps.length === 0 ? 'no cap on what models may cost' : caps.join(', '));
}
