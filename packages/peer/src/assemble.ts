/**
 * The composition root: builds a peer from its configuration in the order in which the parts need
 * each other, and takes it apart in the reverse.
 */
import {
  type Admission,
  type Coordinator,
  createPrinted,
  type Health,
  startOrders,
  startOutput,
} from '@bzzz/coordination';
import { createRunner, createSessions, createWorkspaces, maskSecrets } from '@bzzz/execution';
import { createGithubForge } from '@bzzz/github';
import { openJournals } from '@bzzz/journal';
import { createMesh, type Identity, type MeshService } from '@bzzz/mesh';
import { type BzzzError, type Config, limits, reasonOf } from '@bzzz/protocol';
import { controlRoutes } from './control/routes.ts';
import { startControlServer } from './control/server.ts';
import { takeSocketPlace } from './control/socket-path.ts';
import { countRuns } from './figures/counted-runs.ts';
import { startFigures } from './figures/figures.ts';
import { timeAppends } from './figures/timed-journal.ts';
import { readFormerJournals } from './folder/former-journals.ts';
import { openIdentity } from './folder/keys.ts';
import { makeDataFolder } from './folder/layout.ts';
import { lockFolder } from './folder/lock.ts';
import { refuseSharedFolder } from './folder/place.ts';
import { createJoining } from './joining/joining.ts';
import { openKeyRing } from './joining/network-keys.ts';
import type { Logger } from './logger.ts';
import { systemClock } from './system/clock.ts';
import { createOperations } from './operations/create.ts';
import type { Operations } from './operations/operations.ts';
import { offerClis } from './wiring/clis.ts';
import { lendToken } from './wiring/token.ts';
import { operationsTarget } from './wiring/operations-target.ts';
import { coordinate } from './wiring/coordinate.ts';
import { openHistory } from './wiring/history.ts';
import { startSurvey } from './survey/survey.ts';
import { systemRandom } from './system/random.ts';
import { healthReport, watchHealth } from './wiring/health.ts';
import { logJournal } from './wiring/log-journal.ts';
import { watchMeshTroubles } from './wiring/mesh-troubles.ts';
import { offerModels } from './wiring/models.ts';
import { notifyOutside } from './wiring/notify.ts';
import { replicateJournals } from './wiring/replication.ts';
import { alertsThatStood } from './wiring/stood-alerts.ts';
import { receiveWebhooks } from './wiring/webhooks.ts';
import { superviseWorkers } from './wiring/workers.ts';

/** Shows the peer to others, such as over HTTP: a floor above, so whoever starts the peer brings it. */
interface Face {
  readonly url: string;
  serve(operations: Operations): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Takes the place where it will be shown, such as a port. Null: nowhere. */
export type OpenFace = (context: {
  readonly config: Config;
  readonly logger: Logger;
}) => Promise<Face | null>;

export interface Hooks {
  readonly logger: Logger;
  readonly face?: OpenFace | undefined;
  /** The journal cannot be written any more. */
  readonly onFatal: (error: BzzzError) => void;
  /** Somebody asks the peer to stop over its control socket. */
  readonly onStop: () => void;
}

export interface Assembly {
  readonly identity: Identity;
  readonly mesh: MeshService;
  readonly coordinator: Coordinator;
  /** Closes everything, last first. Never throws: what will not close is logged. */
  close(): Promise<void>;
}

/** A running peer. When a part fails to start, those before it are closed again. */
export async function assemble(config: Config, hooks: Hooks): Promise<Assembly> {
  const { logger } = hooks;
  const clock = systemClock;
  const startMs = clock.monotonicMs();
  await using parts = new AsyncDisposableStack();
  const closing = (name: string, close: () => Promise<void> | void) =>
    parts.defer(async () => {
      try {
        await close();
      } catch (error) {
        logger.error('a part did not close', { part: name, reason: reasonOf(error) });
      }
    });

  await refuseSharedFolder(config);
  const layout = await makeDataFolder(config.dataDir);
  const lock = await lockFolder(layout.lock);
  closing('lock', () => lock.release());
  // Before anything is begun: a port that is taken ends the start, and nothing has happened.
  const face = (await hooks.face?.({ config, logger: logger.child('gateway') })) ?? null;
  closing('place of the gateway', () => face?.close());
  const identity = await openIdentity(layout);
  const keys = await openKeyRing(config.mesh, layout);

  const journals = await openJournals({}, { dir: layout.journal, ...config.journal });
  closing('journals', () => journals.close());
  // What it wrote before it was restored comes back from whoever has it.
  const former = await readFormerJournals(layout);
  // Somebody may have put the journal of before back in its place: one log is not read as another's too.
  for (const key of former) if (key !== journals.own.key) journals.replica(key);

  const { apiUrl, gitUrl } = config.forge;
  const token = lendToken(config.forge, logger.child('token'));
  // After the forge, which ends what is under way with it: then it is given back.
  closing('token', () => token.close?.());
  const listLagMs = config.timing.lagMs;
  const github = createGithubForge({ token }, { apiUrl, gitUrl, dataDir: layout.root, listLagMs });
  closing('forge', () => github.close());

  const { key: _key, ...meshOptions } = config.mesh;
  // Known once the mesh is there, which asks only when it runs.
  const outside: { admission: Admission | null } = { admission: null };
  const wholeMesh = createMesh(
    { identity },
    {
      ...meshOptions,
      keys: keys.all,
      mayDial: (peer) => outside.admission?.isRemoved(peer) !== true,
      mayGossip: (peer) => outside.admission?.isMember(peer) !== false,
    },
  );
  const troubles = watchMeshTroubles({ clock, mesh: wholeMesh, logger: logger.child('mesh') });
  closing('mesh', async () => {
    troubles.stop();
    await wholeMesh.stop();
  });
  const joining = await createJoining(
    {
      clock,
      random: systemRandom,
      identity,
      mesh: wholeMesh,
      keys,
      logger: logger.child('joining'),
    },
    config,
    layout,
  );
  closing('joining', () => joining.stop());
  const { mesh, admission } = joining;
  outside.admission = admission;
  await wholeMesh.start();
  await joining.begin();

  const runs = countRuns(createRunner({ sandbox: config.work.sandbox }));
  const { runner, reach } = runs;
  // Known once the machine is watched; what is healed before is told then.
  const watching = Promise.withResolvers<Pick<Health, 'note'>>();
  const workers = superviseWorkers({
    clock,
    random: systemRandom,
    runner,
    logger: logger.child('workers'),
    onRestart(after) {
      const said = `a worker of ${after.kind} lives again; the one before it died: ${after.reason}`;
      const reason = said.slice(0, limits.reasonCharsMax).toWellFormed();
      const healing = { action: 'restart-worker', outcome: 'done', reason } as const;
      // What keeps it out of the journal is told like everything that does.
      watching.promise.then((one) => one.note(healing)).catch(() => undefined);
    },
  });
  closing('workers', () => workers.stop());
  const tools = { runner, reach, workers };
  const models = offerModels({ ...tools, logger: logger.child('models') }, config.ollama);
  const sessions = createSessions({
    dir: layout.sessions,
    onTrouble: (error) =>
      logger.warn('what coding tools remember cannot be kept', { reason: reasonOf(error) }),
  });
  const clis = offerClis({ ...tools, sessions, logger: logger.child('cli') }, config.cli);
  const survey = await startSurvey(
    { clock, random: systemRandom, logger: logger.child('survey'), models, clis },
    config,
  );
  closing('survey', () => survey.stop());

  const workspaces = createWorkspaces({ runner, reach }, { dir: layout.worktrees });
  const printed = createPrinted({ clock, mask: maskSecrets });
  let health: Health | undefined;
  const { journal, appends } = timeAppends(journals.own, clock);
  const coordinator = coordinate(
    {
      identity,
      mesh,
      journal,
      replicas: journals.replicas,
      forge: github,
      runner,
      reach,
      ollama: models.ollama,
      cli: clis.cli,
      survey,
      workers,
      workspaces,
      printed,
      mask: maskSecrets,
      sessions,
    },
    {
      config,
      admission,
      health: () => health && healthReport(health.view()),
      onFatal: hooks.onFatal,
    },
  );
  // Before anything is claimed: a port that is taken ends the start.
  const webhook = await receiveWebhooks(
    { clock, coordinator, logger: logger.child('webhook') },
    config,
  );
  closing('webhook', () => webhook?.close());
  const stopLogging = logJournal(coordinator, logger.child('journal'));
  const figures = startFigures({
    clock,
    coordinator,
    runs,
    appends,
    mesh,
    github,
    notifier: () => notifier?.state() ?? null,
  });
  closing('figures', () => figures.stop());
  closing('coordinator', async () => {
    await coordinator.stop();
    stopLogging();
  });
  // Before the first entry of this run, which it is told of too.
  const notifier = await notifyOutside(
    {
      clock,
      random: systemRandom,
      journals,
      peer: identity.peer,
      logger: logger.child('notify'),
      record: coordinator.note,
    },
    config,
    { file: layout.notified },
  );
  closing('notifier', () => notifier?.stop());
  await coordinator.start();
  figures.watch();
  const output = startOutput({ mesh, view: coordinator.view, printed });
  closing('output', () => output.stop());
  const orders = startOrders({ mesh, coordinator }, { obeys: config.mesh.orders });
  closing('orders', () => orders.stop());

  const running = await watchHealth(
    {
      clock,
      coordinator,
      mesh,
      stood: await alertsThatStood(journals.own, clock),
      survey,
      workspaces,
      sessions,
      logger: logger.child('health'),
    },
    config,
    { file: layout.alertsWaiting },
  );
  health = running;
  watching.resolve(running);
  closing('health', () => running.stop());

  const members = () => coordinator.view().members;
  const staying = () => new Set([...former, ...coordinator.view().logsSetAside]);
  const replication = replicateJournals(
    { clock, mesh, journals, members, staying, logger: logger.child('journal') },
    { replicasMax: config.journal.replicasMax },
  );
  closing('replication', () => replication.stop());

  const history = openHistory(
    {
      clock,
      journals,
      members,
      former,
      setAside: () => coordinator.view().logsSetAside,
      logger: logger.child('history'),
    },
    { path: layout.index },
  );
  closing('history', () => history.close());

  const target = operationsTarget(
    {
      clock,
      mesh,
      journals,
      history,
      health: running,
      github,
      coordinator,
      output,
      orders,
      troubles,
      token,
      webhook,
      survey,
      workers,
      notifier,
      joining,
      keys,
      figures,
    },
    { config, startMs, onStop: hooks.onStop, faceUrl: face?.url ?? null },
  );
  const operations = createOperations(target);
  // Before the socket, over which people are told where it is.
  await face?.serve(operations);
  // What it serves ends before what it asks.
  closing('gateway', () => face?.close());
  const place = await takeSocketPlace(layout);
  closing('control socket', () => place.release());
  const control = await startControlServer(
    { logger: logger.child('control') },
    { path: place.path, routes: controlRoutes(operations) },
  );
  closing('control', () => control.close());

  const all = parts.move();
  return { identity, mesh, coordinator, close: () => all.disposeAsync() };
}
