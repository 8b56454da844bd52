/** Keys to the page and the API of the running peer, which its gateway keeps. */
import { adminToken } from '@bzzz/gateway/admin-token';
import { BzzzError, complaints, type ErrorCode, errorRegistry, reasonOf } from '@bzzz/protocol';
import { type KeyAnswer, KeysAnswer, NewKeyAnswer, Role, Scope } from '@bzzz/protocol/api';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import {
  clientOf,
  configOf,
  type Context,
  type Options,
  printJson,
  withCommonOptions,
  wantsJson,
} from '../context.ts';
import { table } from '../output/table.ts';
import { printable } from '../terminal.ts';

export function keyCommand(program: Command, context: Context): void {
  const command = program.command('key').description('keys to the page and the API of the peer');
  const make = command
    .command('make')
    .argument('<name>', 'how the key is called; who uses it stands in the journal by that name')
    .description('make a key, and print its token, which is told only once')
    .addOption(new Option('--role <role>', 'all that such a one may do').choices(Role.options))
    .addOption(new Option('--scope <scopes...>', 'instead: so much').choices(Scope.options));
  withCommonOptions(make).action((name: string, options: Options) =>
    makeKey(context, name, options),
  );
  const list = command.command('list').description('all keys but the own one of the peer');
  withCommonOptions(list).action((options: Options) => listKeys(context, options));
  const remove = command
    .command('remove')
    .argument('<name>', 'of the key')
    .description('take a key away, and every session with it');
  withCommonOptions(remove).action(async (name: string, options: Options) => {
    const path = `keys/${encodeURIComponent(name)}`;
    await ask(context, options, { method: 'DELETE', path, schema: z.undefined() });
    if (wantsJson(options)) return printJson(context, { name });
    context.terminal.note(`${printable(name)} opens nothing any more.`);
  });
}

async function makeKey(context: Context, name: string, options: Options): Promise<void> {
  const { role, scope } = options;
  if ((role === undefined) === (scope === undefined)) {
    throw new BzzzError('cli_usage', 'give either --role or --scope');
  }
  const body = { name, ...(role === undefined ? { scopes: scope } : { role }) };
  const key = await ask(context, options, {
    method: 'POST',
    path: 'keys',
    body,
    schema: NewKeyAnswer,
  });
  if (wantsJson(options)) return printJson(context, key);
  context.terminal.note(`${key.name} may ${key.scopes.join(', ')}. Its token is told only now:`);
  context.terminal.print(key.token);
}

async function listKeys(context: Context, options: Options): Promise<void> {
  const { keys } = await ask(context, options, { method: 'GET', path: 'keys', schema: KeysAnswer });
  if (wantsJson(options)) return printJson(context, { keys });
  const rows = keys.map(rowOf);
  for (const line of table(['name', 'role', 'may', 'made by'], rows)) context.terminal.print(line);
}

function rowOf({ name, role, scopes, by }: KeyAnswer): string[] {
  return [name, role ?? '-', scopes.join(' '), printable(by ?? '-')];
}

interface Ask<T> {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below `/api/v1/`. */
  readonly path: string;
  readonly body?: unknown;
  readonly schema: z.ZodType<T>;
}

/** With the peer's own key, which whoever owns its data folder has. */
async function ask<T>(context: Context, options: Options, asked: Ask<T>): Promise<T> {
  const { method, path, body, schema } = asked;
  const { interrupted: signal } = context;
  const client = await clientOf(context, options);
  const { gateway } = await client.status({ signal });
  if (gateway === null) throw new BzzzError('gateway_off', 'this peer serves no page');
  const { config } = await configOf(context, options);
  const answer = await fetch(`${gateway.url}/api/v1/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${await adminToken(config.dataDir)}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal,
  }).catch((error: unknown) => {
    throw new BzzzError('peer_not_running', `its gateway does not answer: ${reasonOf(error)}`);
  });
  const json: unknown = answer.status === 204 ? undefined : await answer.json();
  if (!answer.ok) {
    const refused = Refused.safeParse(json);
    if (!refused.success) throw new BzzzError('control_answer_invalid', complaints(refused.error));
    throw new BzzzError(refused.data.code, refused.data.reason);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new BzzzError('control_answer_invalid', complaints(parsed.error));
}

const Refused = z.object({
  code: z.string().refine((code): code is ErrorCode => Object.hasOwn(errorRegistry, code)),
  reason: z.string(),
});
