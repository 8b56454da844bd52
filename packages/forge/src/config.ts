import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { forgeError } from './errors.ts';
import type { ForgeOptions } from './options.ts';

/** The file that the process entry reads. Strict: a misspelt key is an error, not a default. */
const configSchema = z.strictObject({
  users: z
    .array(z.strictObject({ login: z.string(), token: z.string().min(1).optional() }))
    .default([]),
  repos: z
    .array(
      z.strictObject({
        owner: z.string(),
        name: z.string(),
        description: z.string().optional(),
        private: z.boolean().optional(),
        collaborators: z
          .array(
            z.union([
              z.string(),
              z.strictObject({
                login: z.string(),
                permission: z.enum(['pull', 'triage', 'push', 'maintain', 'admin']),
              }),
            ]),
          )
          .optional(),
        filesDir: z.string().optional(),
        labels: z
          .array(
            z.strictObject({
              name: z.string(),
              color: z
                .string()
                .regex(/^[0-9a-f]{6}$/)
                .optional(),
              description: z.string().optional(),
            }),
          )
          .optional(),
        issues: z
          .array(
            z.strictObject({
              title: z.string(),
              body: z.string(),
              author: z.string(),
              labels: z.array(z.string()).optional(),
              assignees: z.array(z.string()).optional(),
            }),
          )
          .optional(),
      }),
    )
    .default([]),
  apps: z
    .array(
      z.strictObject({
        id: z.int().positive(),
        clientId: z.string().optional(),
        slug: z.string(),
        publicKey: z.string(),
        installations: z.array(
          z.strictObject({
            id: z.int().positive(),
            owner: z.string(),
            repositories: z.array(z.string()),
            suspended: z.boolean().optional(),
          }),
        ),
        tokenMs: z.int().positive().optional(),
      }),
    )
    .default([]),
  limits: z
    .strictObject({
      primaryPerHour: z.number().int().positive(),
      contentPerMinute: z.number().int().positive(),
      contentPerHour: z.number().int().positive(),
      pointsPerMinute: z.number().int().positive(),
      concurrent: z.number().int().positive(),
      secondaryStatus: z.union([z.literal(403), z.literal(429)]),
    })
    .partial()
    .default({}),
  seed: z.number().int().optional(),
  adminToken: z.string().min(1).optional(),
});

export type ForgeConfig = Omit<ForgeOptions, 'dataDir' | 'port' | 'now' | 'logger' | 'host'>;

/** Reads a configuration file; `filesDir` is relative to it. Throws `forge_config`. */
export async function readConfig(file: string): Promise<ForgeConfig> {
  const parsed = configSchema.safeParse(await readJson(file));
  if (!parsed.success) {
    throw forgeError('forge_config', `${file}: ${z.prettifyError(parsed.error)}`);
  }
  const dir = path.dirname(path.resolve(file));
  const repos = parsed.data.repos.map((repo) =>
    repo.filesDir === undefined ? repo : { ...repo, filesDir: path.resolve(dir, repo.filesDir) },
  );
  return withoutUndefined({ ...parsed.data, repos });
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw forgeError('forge_config', `${file}: ${reason}`, cause);
  }
}

/** JSON has no undefined: zod's optional keys are absent here, which the types cannot say. */
function withoutUndefined(value: object): ForgeConfig {
  return JSON.parse(JSON.stringify(value)) as ForgeConfig;
}
