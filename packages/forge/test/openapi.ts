import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { Octokit } from '@octokit/rest';
import { expect } from 'vitest';

/** Checks replies against GitHub's own OpenAPI description of api.github.com. */
export interface Conformity {
  /** An Octokit every reply of which is checked; what it checked is in `checked`. */
  octokit(baseUrl: string, token: string): Octokit;
  readonly checked: Set<string>;
  /** Fails the test when the reply is not one that GitHub describes. */
  check(method: string, url: string, reply: { status: number; data: unknown }): void;
}

export async function loadConformity(): Promise<Conformity> {
  const file = createRequire(import.meta.url).resolve(
    '@octokit/openapi/generated/api.github.com.json',
  );
  const description: unknown = JSON.parse(await readFile(file, 'utf8'));
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true });
  addFormats.default(ajv);
  ajv.addSchema({ ...Object(jsonSchemaOf(description)), $id: 'github' });
  const routes = routesOf(description);
  const checked = new Set<string>();

  const check = (method: string, url: string, reply: { status: number; data: unknown }): void => {
    const pathname = new URL(url).pathname;
    const route = routes.find((one) => one.method === method && one.matcher.test(pathname));
    expect(route, `${method} ${pathname} is not in GitHub's description`).toBeDefined();
    if (route === undefined) return;
    checked.add(`${method} ${route.path} ${reply.status}`);
    const response = route.responses[String(reply.status)];
    expect(response, `${method} ${route.path} never answers ${reply.status}`).toBeDefined();
    if (reply.status === 204) return;
    const target =
      response?.$ref?.replace('#', 'github#') ??
      `github#/paths/${escaped(route.path)}/${method.toLowerCase()}/responses/${reply.status}`;
    const validate = ajv.compile({ $ref: `${target}/content/application~1json/schema` });
    validate(reply.data);
    expect(validate.errors ?? [], `${method} ${route.path} ${reply.status}`).toEqual([]);
  };

  return {
    checked,
    check,
    octokit(baseUrl, token) {
      const octokit = new Octokit({ baseUrl, auth: token });
      octokit.hook.after('request', (reply, options) => check(options.method, reply.url, reply));
      return octokit;
    },
  };
}

/** OpenAPI 3.0 says `nullable`, JSON Schema says so by a type. */
function jsonSchemaOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(jsonSchemaOf);
  if (typeof value !== 'object' || value === null) return value;
  const { nullable, ...rest } = Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, jsonSchemaOf(one)]),
  );
  return nullable === true ? { anyOf: [rest, { type: 'null' }] } : { ...rest };
}

interface DescribedRoute {
  readonly method: string;
  readonly path: string;
  readonly matcher: RegExp;
  readonly responses: Record<string, { $ref?: string } | undefined>;
}

function routesOf(description: unknown): DescribedRoute[] {
  const paths: Record<string, Record<string, { responses?: DescribedRoute['responses'] }>> = Object(
    description,
  ).paths;
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      // A ref and a path may hold slashes.
      matcher: new RegExp(
        `^${path.replace(/\{(ref|path|branch|basehead|tree_sha)\}/g, '.+').replace(/\{\w+\}/g, '[^/]+')}$`,
      ),
      responses: operation.responses ?? {},
    })),
  );
  // The most literal path first: issues/comments before issues/{issue_number}.
  const holes = (path: string): number => path.split('{').length;
  return routes.toSorted((a, b) => holes(a.path) - holes(b.path) || b.path.length - a.path.length);
}

function escaped(path: string): string {
  return encodeURIComponent(path.replaceAll('~', '~0').replaceAll('/', '~1'));
}
