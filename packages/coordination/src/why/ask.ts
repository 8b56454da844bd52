/** The same question to every other member, for a person who wants to know. */
import {
  isBzzzError,
  type PeerId,
  type WhyRequest,
  type WhyResponse,
  whyProtocol,
} from '@bzzz/protocol';
import type { Member, Membership } from '../membership/membership.ts';
import type { Mesh } from '../ports/index.ts';

export interface AskDeps {
  readonly mesh: Pick<Mesh, 'peer' | 'request'>;
  readonly membership: Pick<Membership, 'all'>;
}

export interface Asked {
  readonly peer: PeerId;
  readonly name: string;
  readonly self: boolean;
  readonly answer: WhyResponse | Silence;
}

/** Why there is no answer. */
export interface Silence {
  readonly about: 'silence';
  readonly why: 'unreachable' | 'silent' | 'older';
  readonly text: string;
}

/** Questions under way at once. */
const togetherMax = 32;

/** In the order of the members. Throws only on abort. */
export async function askMembers(
  deps: AskDeps,
  request: WhyRequest,
  signal: AbortSignal,
): Promise<Asked[]> {
  const others = deps.membership
    .all()
    .filter(({ capabilities }) => capabilities.peer !== deps.mesh.peer);
  const asked: Asked[] = [];
  const waiting = others.entries();
  const work = async () => {
    for (const [at, member] of waiting) asked[at] = await ask(deps, member, request, signal);
  };
  await Promise.all(Array.from({ length: togetherMax }, work));
  return asked;
}

/** One member. Throws only on abort. */
export async function ask(
  { mesh }: Pick<AskDeps, 'mesh'>,
  member: Member,
  request: WhyRequest,
  signal: AbortSignal,
): Promise<Asked> {
  const { peer, name } = member.capabilities;
  const asked = { peer, name, self: false };
  if (!member.connected) {
    const text = `does not answer: ${absence(member)}`;
    return { ...asked, answer: { about: 'silence', why: 'unreachable', text } };
  }
  try {
    return { ...asked, answer: await mesh.request(whyProtocol, peer, request, { signal }) };
  } catch (error) {
    if (signal.aborted || !isBzzzError(error)) throw error;
    const refused = error.code === 'mesh_refused';
    return { ...asked, answer: refused ? refusal(member) : silence(error.code) };
  }
}

function absence({ liveness, capabilities }: Member): string {
  if (liveness !== 'dead') return 'not connected';
  return capabilities.leaving === true ? 'it was stopped' : 'it is dead';
}

/** Of a peer that answers other things: it does not know the question, or is asked too often. */
function refusal({ capabilities }: Member): Silence {
  // Whoever knows the question tells of its success by kind, too.
  if (capabilities.successOf === undefined) {
    const text = `speaks an older version (${capabilities.version})`;
    return { about: 'silence', why: 'older', text };
  }
  const text = 'does not answer: it is asked too often, or speaks another version';
  return { about: 'silence', why: 'silent', text };
}

function silence(code: string): Silence {
  const text = code === 'timeout' ? 'does not answer in time' : 'does not answer: no connection';
  return { about: 'silence', why: code === 'timeout' ? 'silent' : 'unreachable', text };
}
