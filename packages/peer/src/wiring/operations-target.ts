import type { Clock, Coordinator, Health, MemberView, Orders, Output } from '@bzzz/coordination';
import type { Workers } from '@bzzz/execution';
import type { GithubForge, TokenSource } from '@bzzz/github';
import type { Journals } from '@bzzz/journal';
import type { MeshService } from '@bzzz/mesh';
import { type Config, parsePolicy, type PeerId } from '@bzzz/protocol';
import { lifeOf } from '@bzzz/protocol/api';
import type { Notifier, Webhook } from '@bzzz/webhook';
import { diagnose } from '../doctor/diagnose.ts';
import type { LiveMesh } from '../doctor/mesh.ts';
import { diagnoseNet } from '../doctor/net/net.ts';
import { readCertificates } from '../forge/certificates.ts';
import { fileIssue } from '../forge/file-issue.ts';
import { sayOrder } from '../forge/say-order.ts';
import type { Figures } from '../figures/figures.ts';
import type { OperationsTarget } from '../operations/target.ts';
import { statusAnswer } from '../status/answers.ts';
import { skippedOf } from '../status/skipped.ts';
import { type Membership, problemsOf } from '../status/problems.ts';
import type { Joining } from '../joining/joining.ts';
import type { KeyRing } from '../joining/network-keys.ts';
import { withoutPlace } from './replica-places.ts';
import type { MeshTroubles } from './mesh-troubles.ts';
import type { History } from './history.ts';
import type { Survey } from '../survey/survey.ts';

export interface OperationsParts {
  readonly clock: Clock;
  readonly mesh: MeshService;
  readonly journals: Journals;
  readonly history: History;
  readonly health: Health;
  readonly github: GithubForge;
  readonly coordinator: Coordinator;
  readonly output: Output;
  readonly orders: Orders;
  readonly troubles: MeshTroubles;
  readonly token: TokenSource;
  /** Null: none is configured. */
  readonly webhook: Webhook | null;
  /** Null: nobody outside is told. */
  readonly notifier: Pick<Notifier, 'state'> | null;
  readonly survey: Survey;
  readonly workers: Workers;
  readonly joining: Joining;
  readonly keys: Pick<KeyRing, 'serial' | 'all'>;
  readonly figures: { now(): Figures };
}

export interface OperationsOptions {
  readonly config: Config;
  /** When the peer started, on the monotonic clock. */
  readonly startMs: number;
  readonly onStop: () => void;
  /** Where it is served over HTTP; null: nowhere. */
  readonly faceUrl: string | null;
}

function membershipOf({ admission }: Joining, self: PeerId): Membership {
  if (admission === null) return { operator: null, isMember: true, strangers: [] };
  return {
    operator: admission.list().operator,
    isMember: admission.isMember(self),
    strangers: admission.strangers().map(({ peer }) => peer),
  };
}

/** What can be asked of a running peer, over its parts. */
export function operationsTarget(
  deps: OperationsParts,
  options: OperationsOptions,
): OperationsTarget {
  const { clock, mesh, journals, history, github, coordinator, troubles, token, webhook } = deps;
  const { survey, workers } = deps;
  const { config } = options;
  return {
    clock,
    repositories: config.repositories,
    coordinator,
    joining: deps.joining,
    networkKeySerial: deps.keys.serial,
    output: deps.output,
    orders: deps.orders,
    journals,
    history,
    health: deps.health,
    figures: deps.figures.now,
    status() {
      const view = coordinator.view();
      const upMs = clock.monotonicMs() - options.startMs;
      const meshTroubles = troubles.recent();
      const sandboxMissing = survey.sandboxMissing();
      const { lookedAtMs, failures: lookFailures } = survey.state();
      const received = webhook?.state() ?? null;
      const webhookTrouble = received?.trouble ?? null;
      const lent = token.state?.() ?? null;
      const skipped = skippedOf(journals, view.members);
      const staying = () => new Set([...history.former, ...view.logsSetAside]);
      return statusAnswer({
        view,
        config,
        journals,
        upMs,
        github: github.stats(),
        token: lent,
        gossip: mesh.stats().gossip,
        addresses: mesh.multiaddrs(),
        webhook: received,
        gatewayUrl: options.faceUrl,
        slots: survey.slots(),
        workers: workers.state(),
        lookedAgoMs: clock.monotonicMs() - lookedAtMs,
        problems: problemsOf({
          view,
          alerts: deps.health.view().alerts,
          config,
          upMs,
          meshTroubles,
          webhookTrouble,
          token: lent,
          notifier: deps.notifier?.state() ?? null,
          sandboxMissing,
          lookFailures,
          workers: workers.state(),
          membership: membershipOf(deps.joining, mesh.peer),
          skipped,
          unkept: withoutPlace({ journals, members: () => view.members, staying }, config.journal),
        }),
        skipped,
        pid: process.pid,
      });
    },
    diagnose(signal) {
      const others = coordinator.view().members.filter(({ self }) => !self);
      const live = {
        ...connectionsOf(others),
        addresses: mesh.multiaddrs(),
        troubles: troubles.recent(),
        lookedAgoMs: clock.monotonicMs() - survey.state().lookedAtMs,
        lookFailures: survey.state().failures,
        workers: workers.state(),
        quarantine: coordinator.view().quarantine,
      };
      return diagnose(config, { live, token, signal });
    },
    diagnoseNet(addresses, signal) {
      const others = coordinator.view().members.filter(({ self }) => !self);
      const live = {
        ...connectionsOf(others),
        addresses: mesh.multiaddrs(),
        troubles: troubles.recent(),
        membership: membershipOf(deps.joining, mesh.peer),
        others,
      };
      return diagnoseNet(config, { addresses, keys: deps.keys.all(), live, signal });
    },
    refresh: survey.refresh,
    async readPolicy(repo, until) {
      const { policy } = await github.readBase(repo, until);
      return parsePolicy(policy ?? 'version: 1');
    },
    fileIssue: (issue, until) => fileIssue({ token, apiUrl: config.forge.apiUrl }, issue, until),
    sayOrder: (what, until) =>
      sayOrder(
        { token, apiUrl: config.forge.apiUrl, forge: github, peerName: config.name },
        what,
        until,
      ),
    readCertificates: (of, until) =>
      readCertificates({ token, apiUrl: config.forge.apiUrl }, of, until),
    stop: options.onStop,
  };
}

function connectionsOf(
  others: readonly MemberView[],
): Pick<LiveMesh, 'connected' | 'known' | 'apart'> {
  const apart = others.filter(({ connected }) => !connected);
  return {
    connected: others.length - apart.length,
    known: others.length,
    apart: apart.map(({ name, liveness, capabilities }) => {
      const life = lifeOf({ liveness, stopped: capabilities.leaving === true });
      return life === 'alive' ? name : `${name} (${life})`;
    }),
  };
}
