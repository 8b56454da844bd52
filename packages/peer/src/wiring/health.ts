/** Keeps an eye on the machine: measures, tries what may help, and tells whoever is to know. */
import {
  type AlertNews,
  type Clock,
  type Coordinator,
  type Health,
  type HealthView,
  startHealth,
  type Stood,
} from '@bzzz/coordination';
import type { LocalWorkspaces, Sessions } from '@bzzz/execution';
import { removeOtherMirrors } from '@bzzz/github';
import type { MeshService } from '@bzzz/mesh';
import { type Capabilities, type Config, reasonOf } from '@bzzz/protocol';
import type { Logger } from '../logger.ts';
import type { Survey } from '../survey/survey.ts';
import { createMeasurer } from '../system/measure.ts';
import { openAlertPosts } from './alert-posts.ts';

export interface HealthParts {
  readonly clock: Clock;
  readonly coordinator: Pick<Coordinator, 'note' | 'view'>;
  readonly mesh: Pick<MeshService, 'redial'>;
  /** What an earlier run had raised and not ended. */
  readonly stood: readonly Stood[];
  readonly survey: Pick<Survey, 'refresh' | 'sandboxMissing' | 'state'>;
  readonly workspaces: Pick<LocalWorkspaces, 'prune' | 'removeUnused'>;
  readonly sessions: Pick<Sessions, 'clear'>;
  readonly logger: Logger;
}

export interface WatchedHealth extends Omit<Health, 'stop'> {
  stop(): Promise<void>;
}

export async function watchHealth(
  parts: HealthParts,
  config: Config,
  { file }: { readonly file: string },
): Promise<WatchedHealth> {
  const { clock, coordinator, mesh, survey, workspaces, sessions, logger } = parts;
  const measurer = createMeasurer({ clock }, config);
  const { alertUrl: url } = config.health;
  const { name: peer } = config;
  const posts =
    url === undefined ? undefined : await openAlertPosts({ clock, logger }, { url, peer, file });

  function onNews(news: AlertNews): void {
    const { kind, alert } = news;
    const { measure, value } = alert;
    if (kind === 'raised') logger.warn('the machine is short of something', { measure, value });
    else logger.info('the machine is short of it no more', { measure, value });
    posts?.put(news);
  }

  const health = startHealth({
    clock,
    stood: parts.stood,
    measure: measurer.look,
    healers: {
      async prune() {
        const bytes = await workspaces.prune();
        const worktrees = await workspaces.removeUnused();
        const remembered = await sessions.clear();
        const mirrors = await removeOtherMirrors(config.dataDir, config.repositories);
        const done = [
          ...(bytes === 0 ? [] : [`${Math.ceil(bytes / 1024 ** 2)} MiB of installations`]),
          ...(worktrees === 0 ? [] : [`${worktrees} old worktrees`]),
          ...(remembered === 0 ? [] : [`${remembered} sessions of coding tools`]),
          ...(mirrors === 0
            ? []
            : [`${mirrors} mirrors of repositories that are configured no more`]),
        ];
        return done.length === 0 ? null : `dropped ${done.join(', ')}`;
      },
      async reconnect() {
        const dialled = mesh.redial();
        return dialled === 0 ? null : `${dialled} addresses of peers dialled again`;
      },
      async refresh() {
        await survey.refresh();
        const { failures } = survey.state();
        if (failures.length === 0) return 'looked at all that the machine has';
        throw new Error(failures.map(({ what, reason }) => `${what}: ${reason}`).join('; '));
      },
    },
    isCutOff() {
      const others = coordinator.view().members.filter(({ self }) => !self);
      return others.length > 0 && others.every(({ connected }) => !connected);
    },
    fault: () => (config.work.slots === 0 ? null : survey.sandboxMissing()),
    record: coordinator.note,
    onNews,
    onTrouble: (error) => logger.error('the machine is not watched', { reason: reasonOf(error) }),
  });
  return {
    ...health,
    async stop() {
      health.stop();
      measurer.stop();
      await posts?.stop();
    },
  };
}

/** As it is told to the mesh; undefined: nobody has looked yet. */
export function healthReport({ state, samples }: HealthView): Capabilities['health'] {
  const latest = samples.at(-1);
  if (latest === undefined) return undefined;
  const { atMs: _told, ...sample } = latest;
  return { state, ...sample };
}
