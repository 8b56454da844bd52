import { leavesOf } from './leaves.ts';
import type { LoadedConfig } from './load.ts';
import type { Origin } from './origin.ts';
import { secretPaths } from './settings.ts';

export interface ShownSetting {
  readonly path: string;
  /** Secrets are hidden. */
  readonly value: unknown;
  readonly origin: Origin;
}

const hidden = '********';

/** Every value with its source, safe to print. */
export function showConfig({ config, origins }: LoadedConfig): ShownSetting[] {
  return leavesOf(config).map(({ path, value }) => ({
    path,
    value: secretPaths.has(path) ? hidden : value,
    origin: origins.get(path) ?? { source: 'default', where: 'default' },
  }));
}
