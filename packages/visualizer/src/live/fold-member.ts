import { textOf } from './fields.ts';
import { changePeer, type Draft, type Told } from './draft.ts';
import type { Life } from './world.ts';

/** What entries say about members of the mesh. */
export function foldMember(draft: Draft, told: Told): void {
  const { writer, kind, body, atMs } = told;
  switch (kind) {
    case 'peer.started':
      return rest(draft, writer, { version: textOf(body, 'version'), name: textOf(body, 'name') });
    case 'peer.stopped':
      rest(draft, writer, {});
      if (writer !== null) changePeer(draft, writer, { endedMs: atMs });
      return;
    case 'member.joined':
      return meet(draft, writer, textOf(body, 'peer'), textOf(body, 'name'));
    case 'member.suspected':
      return fade(draft, textOf(body, 'peer'), 'suspected');
    case 'member.dead':
      part(draft, writer, textOf(body, 'peer'));
      return end(draft, textOf(body, 'peer'), { life: lifeAfter(body), atMs });
    case 'pause.set':
      return pause(draft, told);
  }
}

/** A process that begins or ends has nothing in its hands, and is connected to nobody. */
function rest(
  draft: Draft,
  id: string | null,
  { version, name }: { readonly version?: string | null; readonly name?: string | null },
): void {
  if (id === null) return;
  const before = draft.peers.get(id);
  changePeer(draft, id, {
    version: version ?? before?.version ?? null,
    name: name ?? before?.name ?? null,
    duties: new Map(),
    met: new Set(),
  });
}

function meet(draft: Draft, writer: string | null, id: string | null, name: string | null): void {
  if (id === null) return;
  const before = draft.peers.get(id);
  changePeer(draft, id, { name: before?.name ?? name, life: 'up' });
  if (writer === null) return;
  changePeer(draft, writer, { met: new Set(draft.peers.get(writer)?.met).add(id) });
}

function part(draft: Draft, writer: string | null, id: string | null): void {
  if (writer === null || id === null) return;
  const met = new Set(draft.peers.get(writer)?.met);
  met.delete(id);
  changePeer(draft, writer, { met });
}

function fade(draft: Draft, id: string | null, life: Life): void {
  if (id === null) return;
  const stopped = draft.peers.get(id)?.life === 'stopped';
  changePeer(draft, id, stopped ? {} : { life });
}

type End = 'stopped' | 'dead';

/** Whoever said that he stops is missed for it, and not for dead. */
function lifeAfter(body: Told['body']): End {
  return body['leaving'] === true ? 'stopped' : 'dead';
}

/** Others find it out a little later, each for itself: the first time counts. */
function end(
  draft: Draft,
  id: string | null,
  { life, atMs }: { readonly life: End; readonly atMs: number },
): void {
  if (id === null) return;
  const before = draft.peers.get(id)?.life;
  if (before !== 'dead' && before !== 'stopped') changePeer(draft, id, { endedMs: atMs });
  fade(draft, id, life);
}

function pause(draft: Draft, { writer, body }: Told): void {
  const paused = body['paused'] === true;
  const scope = textOf(body, 'scope');
  if (scope === 'mesh') draft.meshPaused = paused;
  if (writer === null) return;
  if (scope === 'attempts') changePeer(draft, writer, { attemptsPaused: paused });
  // Whoever begins new work again has no attempt stand still any more.
  if (scope === 'self')
    changePeer(draft, writer, paused ? { paused } : { paused, attemptsPaused: false });
}
