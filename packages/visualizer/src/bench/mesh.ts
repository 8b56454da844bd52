/** A mesh of many peers at work, as a peer would tell of it. The same with every run. */
import { PeersAnswer, StoryEntry, type StreamEvent } from '@bzzz/protocol/api';

const peersCount = 1_000;
const linksEach = 5;

const idOf = (at: number) => `12D3KooW${String(at % peersCount).padStart(44, 'A')}`;
const nameOf = (at: number) => `peer-${at % peersCount}`;

/** A small generator of numbers (Lehmer, 1951); a picture need not be more random. */
function numbers(): () => number {
  let state = 48_271;
  return () => (state = (state * 48_271) % 2_147_483_647);
}

export function peersEvent(): StreamEvent {
  const next = numbers();
  const peers = Array.from({ length: peersCount }, (_, at) => ({
    id: idOf(at),
    name: nameOf(at),
    self: at === 0,
    connected: false,
    liveness: 'alive',
    heardAgoMs: 0,
    account: null,
    version: '1',
    repositories: [],
    executors: ['recipe'],
    tools: [],
    sandbox: 'none',
    slots: 2,
    running: at % 2,
    load: (at % 10) / 10,
    success: 1,
    links: Array.from({ length: linksEach }, () => idOf(next())).filter((id) => id !== idOf(at)),
    journal: { key: '', length: 0, here: 0 },
  }));
  return { type: 'peers', ...PeersAnswer.parse({ peers }) };
}

/** One after the other: peers begin and end attempts, help each other and judge. */
export function entryEvents(): () => StreamEvent {
  let count = 0;
  const kinds = ['attempt.started', 'help.sent', 'verdict.heard', 'attempt.ended'];
  return () => {
    count += 1;
    const round = Math.floor(count / kinds.length);
    const kind = kinds[count % kinds.length] ?? '';
    const entry = StoryEntry.parse({
      peer: idOf(round * 7),
      name: nameOf(round * 7),
      seq: count,
      entry: {
        v: 1,
        at: { wallMs: Date.now(), counter: count % 1_000 },
        body: {
          kind,
          task: `cedar/csv#${1 + (round % 2_000)}`,
          epoch: 1,
          attempt: 1,
          executor: 'recipe',
          outcome: 'passed',
          id: `help-${round}`,
          hop: 1,
          budget: 1,
          peer: idOf(round * 7 + 1),
          elapsedMs: 1_000,
          commits: 1,
          reason: '',
        },
      },
    });
    return { type: 'entry', position: String(count), entry };
  };
}
