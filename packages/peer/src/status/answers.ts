/** From what the parts of a peer know to what the control socket answers. */
import {
  alertText,
  type HealthView,
  type MemberView,
  type PeerView,
  type QuarantineView,
  type TaskView,
  watchersOf,
} from '@bzzz/coordination';
import type { WorkerState } from '@bzzz/execution';
import type { GithubStats, TokenState } from '@bzzz/github';
import type { Journals } from '@bzzz/journal';
import type { MeshStats } from '@bzzz/mesh';
import type { Config } from '@bzzz/protocol';
import type { WebhookState } from '@bzzz/webhook';
import type { Slots } from '../system/slots.ts';
import {
  type HealthAnswer,
  type PeerAnswer,
  type Problem,
  type QuarantineAnswer,
  type StatusAnswer,
  type TaskAnswer,
  taskPlace,
} from '@bzzz/protocol/api';

export interface StatusSources {
  readonly view: PeerView;
  readonly config: Config;
  readonly journals: Journals;
  readonly github: GithubStats;
  /** Null: it is not lent. */
  readonly token: TokenState | null;
  readonly gossip: MeshStats['gossip'];
  readonly addresses: readonly string[];
  readonly webhook: WebhookState | null;
  readonly gatewayUrl: string | null;
  readonly problems: readonly Problem[];
  readonly skipped: StatusAnswer['journal']['skipped'];
  readonly pid: number;
  readonly upMs: number;
  readonly slots: Slots;
  readonly workers: readonly WorkerState[];
  readonly lookedAgoMs: number;
}

export function statusAnswer(sources: StatusSources): StatusAnswer {
  const { view, config, github, gossip, webhook } = sources;
  const { self } = view;
  const others = view.members.filter((member) => !member.self);
  return {
    problems: [...sources.problems],
    peer: {
      id: self.peer,
      name: self.name,
      version: self.version,
      account: self.account,
      pid: sources.pid,
      dataDir: config.dataDir,
      upMs: sources.upMs,
    },
    mesh: {
      name: config.mesh.name,
      addresses: [...sources.addresses],
      connected: others.filter(({ connected }) => connected).length,
      known: others.length,
      gossip: {
        heard: gossip.messagesDelivered,
        lost: gossip.lost,
        notSent: gossip.dropped.backlog + gossip.dropped.notSent,
      },
    },
    forge: {
      apiUrl: config.forge.apiUrl,
      reads: github.reads,
      notModified: github.notModified,
      writes: github.writes,
      pushes: github.gitPushes,
      rateLimit: github.rateLimit,
      watching: view.watching.map((one) => ({ ...one })),
      token: tokenAnswer(sources.token),
    },
    webhook:
      webhook === null
        ? null
        : {
            address: webhook.address,
            hints: webhook.hints,
            ignored: webhook.ignored,
            refused: webhook.refused,
          },
    gateway: sources.gatewayUrl === null ? null : { url: sources.gatewayUrl },
    work: {
      slots: self.slots,
      because: sources.slots.because,
      lookedAgoMs: sources.lookedAgoMs,
      running: self.running,
      executors: self.executors,
      tools: self.tools,
      sandbox: self.sandbox,
      load: self.load,
      success: self.success,
      workers: sources.workers.map(({ kind, running, deaths, recent, unready }) => {
        return { kind, running, deaths, recent, unready };
      }),
    },
    tasks: countBy(view.tasks, taskPlace),
    journal: {
      key: sources.journals.own.key,
      length: sources.journals.own.length(),
      replicas: sources.journals.replicas().length,
      skipped: [...sources.skipped],
    },
  };
}

function tokenAnswer(token: TokenState | null): StatusAnswer['forge']['token'] {
  if (token === null) return null;
  const { from, usable, expiresInMs } = token;
  return { from, usable, expiresInMs };
}

/** Of so many repositories is reckoned who watches them, each time that somebody looks. */
const watchedMax = 32;

/** Ourselves first, then by name. */
export function peerAnswers(members: readonly MemberView[], journals: Journals): PeerAnswer[] {
  const order = (a: MemberView, b: MemberView) =>
    Number(b.self) - Number(a.self) || a.name.localeCompare(b.name);
  const own = members.find(({ self }) => self)?.capabilities.repositories ?? [];
  const watchers = watchersOf(own.slice(0, watchedMax), members);
  return [...members].sort(order).map((member) => {
    const { capabilities, peer: id, name, self, connected, liveness, heardAgoMs } = member;
    const { quarantined, left } = member;
    const { account, version, repositories, executors, tools, sandbox } = capabilities;
    const { slots, running, load, success, successOf = {}, journal } = capabilities;
    const { machine, health, paused = false } = capabilities;
    const replica = journals.replicas().find(({ key }) => key === journal.key);
    const here = self ? journals.own.length() : (replica?.length() ?? 0);
    return {
      id,
      name,
      self,
      connected,
      liveness,
      stopped: capabilities.leaving === true,
      heardAgoMs,
      account,
      version,
      repositories,
      executors,
      tools,
      sandbox,
      slots,
      running,
      load,
      success,
      successOf,
      machine,
      health: health && (liveness === 'alive' ? health : { ...health, state: 'offline' as const }),
      paused,
      quarantined,
      left: left.map((one) => ({ ...one })),
      watches: [...(watchers.get(id) ?? [])],
      links: (capabilities.links ?? []).filter((other) => other !== id),
      journal: { ...journal, from: replica?.start() ?? 0, here },
    };
  });
}

export function healthAnswer({ alerts, samples, healings, ...view }: HealthView): HealthAnswer {
  return {
    ...view,
    samples: [...samples],
    healings: [...healings],
    alerts: alerts.map(({ measure, value, sinceMs, rule }) => ({
      measure,
      text: alertText({ measure, value }),
      advice: rule.advice,
      value,
      sinceMs,
    })),
  };
}

/** Made once: to make it costs more than many comparisons. */
const byNumber = new Intl.Collator('en', { numeric: true });

/** By repository, then by number. */
export function taskAnswers(tasks: readonly TaskView[]): TaskAnswer[] {
  return [...tasks].sort((a, b) => byNumber.compare(a.task, b.task)).map((task) => ({ ...task }));
}

export function quarantineAnswer(quarantine: readonly QuarantineView[]): QuarantineAnswer {
  return { quarantined: quarantine.map((one) => ({ ...one })) };
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return Object.fromEntries(counts);
}
