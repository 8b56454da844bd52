/**
 * A peer without a forge and without work, in a process of its own: the production coordinator on the
 * real mesh. Argument: options as JSON. Prints one JSON object a line: `{ peer, multiaddrs }` when it
 * listens, `{ met }` for each other peer when its capabilities and its heartbeat were heard,
 * `{ atMs, kind, peer }` for what its journal says of members, in wall time. Ends when its input closes.
 */
import { type Coordinator, createCoordinator, type Forge } from '@bzzz/coordination';
import { createIdentity, createMesh, createSigner } from '@bzzz/mesh';
import {
  BzzzError,
  heartbeatChannel,
  livenessPresets,
  MeshName,
  Timing,
  wireVersions,
} from '@bzzz/protocol';
import { clock, journalOver, random } from '../lib/ports.ts';

export interface ChildOptions {
  readonly mesh: string;
  readonly name: string;
  readonly bootstrap: readonly string[];
  readonly preset: keyof typeof livenessPresets;
  /** Where it is found. */
  readonly address: string;
}

const options: ChildOptions = JSON.parse(process.argv[2] ?? '{}');
// Before anybody knows that it runs: a normal end, with which Node keeps what it compiled.
process.once('SIGTERM', () => process.exit(0));
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

const identity = await createIdentity();
const mesh = createMesh(
  { identity },
  {
    name: MeshName.parse(options.mesh),
    listen: [`/ip4/${options.address}/tcp/0`],
    bootstrap: options.bootstrap,
    redialMsMax: 1_000,
  },
);
const coordinator = coordinatorOver();
const [beating, joined] = [new Set<string>(), new Set<string>()];
/** Once each, when it can be missed. */
function met(peer: string, how: Set<string>): void {
  if (how.has(peer)) return;
  how.add(peer);
  if (beating.has(peer) && joined.has(peer)) say({ met: peer });
}
mesh.receive(heartbeatChannel, (from) => met(from, beating));
coordinator.onEntry(({ entry: { at, body } }) => {
  if (body.kind === 'member.joined') met(body.peer, joined);
  if (body.kind === 'member.suspected' || body.kind === 'member.dead') {
    say({ atMs: at.wallMs, kind: body.kind, peer: body.peer });
  }
});
await mesh.start();
await coordinator.start();
say({ peer: mesh.peer, multiaddrs: mesh.multiaddrs() });
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));

function coordinatorOver(): Coordinator {
  return createCoordinator(
    {
      clock,
      random,
      mesh,
      signer: createSigner(identity),
      journal: journalOver([]),
      replicas: () => [],
      witness: async () => null,
      forge: nowhere(),
      workspaces: {
        sweep: async () => undefined,
        create: () => Promise.reject(away()),
        accept: () => Promise.reject(away()),
        inspect: () => Promise.reject(away()),
        diff: () => Promise.reject(away()),
      },
      executors: {},
    },
    {
      name: options.name,
      version: '0.0.0',
      repositories: [],
      offer: () => ({ slots: 0, tools: [], sandbox: 'none' }),
      platform: 'test',
      wire: wireVersions,
      timing: Timing.parse({ announceMs: 1_000 }),
      liveness: livenessPresets[options.preset],
      load: () => 0,
      onFatal(error) {
        throw error;
      },
    },
  );
}

/** With no repository it is only asked whose token it has. */
function nowhere(): Forge {
  const refuse = () => Promise.reject(away());
  return {
    account: refuse,
    pollIssues: refuse,
    readIssue: refuse,
    readHistory: refuse,
    readRemarks: refuse,
    readAssociation: refuse,
    readBase: refuse,
    readFence: refuse,
    push: refuse,
    readWork: refuse,
    rebaseWork: refuse,
    listBranches: refuse,
    deleteBranches: refuse,
    shareAccount: () => undefined,
    assign: refuse,
    unassign: refuse,
    putComment: refuse,
    addLabel: refuse,
    findPullRequests: refuse,
    readReview: refuse,
    putPullRequest: refuse,
    putVerdicts: refuse,
    markReady: refuse,
    markDraft: refuse,
  };
}

function away(): BzzzError {
  return new BzzzError('forge_unreachable', 'there is no forge in this test');
}
