import { describe, expect, it } from 'vitest';
import { deathsAbout, StoryEntry, withDeaths } from '../src/api/index.ts';

function said(peer: string, wallMs: number, body: { kind: string; [field: string]: unknown }) {
  const entry = { v: 1, at: { wallMs, counter: 0 }, body };
  return StoryEntry.parse({ peer, name: peer, seq: wallMs, entry });
}
const died = (peer: string, wallMs: number) => said('oak', wallMs, { kind: 'member.dead', peer });
const story = [
  said('elm', 10, { kind: 'task.seen' }),
  said('elm', 20, { kind: 'fence.settled', outcome: 'won' }),
  said('ash', 21, { kind: 'fence.settled', outcome: 'lost' }),
  said('ash', 60, { kind: 'fence.settled', outcome: 'won' }),
  said('ash', 61, { kind: 'attempt.started' }),
  said('ash', 90, { kind: 'task.ended', state: 'done' }),
];

describe('deaths in the story of a task', () => {
  it('are those of peers that had it then', () => {
    const deaths = [died('elm', 50), died('ash', 70)];
    const others = [
      died('elm', 15), // saw it, and had not claimed it yet
      died('ash', 30), // had lost the contest
      died('ash', 95), // had ended it
      died('yew', 70), // never had it
      said('oak', 50, { kind: 'member.suspected', peer: 'elm' }),
    ];
    expect(deathsAbout(story, [...deaths, ...others])).toEqual(deaths);
  });

  it('stand in their places', () => {
    const whole = withDeaths(story, [died('elm', 50), died('ash', 99)]);
    expect(whole.map(({ entry }) => entry.at.wallMs)).toEqual([10, 20, 21, 50, 60, 61, 90, 99]);
  });
});
