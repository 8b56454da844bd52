import {
  Epoch,
  limits,
  type OutputPiece,
  outputProtocol,
  type PeerId,
  TaskId,
} from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { type OutputDeps, startOutput } from '../../src/output/output.ts';
import type { Mask } from '../../src/output/mask.ts';
import { createPrinted } from '../../src/output/printed.ts';
import { peerOf } from '../support/identity.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { createMemoryHub } from '../support/memory-mesh.ts';
import { calm, task } from '../support/stand.ts';

const [ant, bee, fly] = [peerOf(1), peerOf(2), peerOf(3)];
const epoch = Epoch.parse(2);
const mask: Mask = async (text) => text.replaceAll('secret', '******');

/** `ant` runs an attempt, `bee` is asked for it by a person, and `fly` has only the network key. */
function world() {
  const hub = createMemoryHub();
  const clock = createManualClock();
  const views = { members: [ant, bee].map(memberOf), tasks: [{ task, holder: ant }] };
  const join = (peer: PeerId) => {
    const printed = createPrinted({ clock, mask });
    const mesh = hub.join(peer);
    return { mesh, printed, output: startOutput({ mesh, printed, view: () => views }) };
  };
  const peers = { ant: join(ant), bee: join(bee), fly: join(fly) };
  for (const peer of [bee, fly]) hub.link(ant, peer);
  return { ...peers, views, clock, hub };
}

type Views = ReturnType<OutputDeps['view']>;
function memberOf(peer: PeerId): Views['members'][number] {
  return { peer, connected: true, quarantined: false };
}

const of = { task, epoch, attempt: 1, executor: 'recipe' };
const read = (
  { output }: ReturnType<typeof world>['bee'],
  after?: OutputPiece['to'],
  what: TaskId = task,
) => output.read(what, after, { signal: calm });

describe('the output of an attempt', () => {
  it('is read from another peer while it grows, each part once, without secrets', async () => {
    const { ant: runs, bee: asks } = world();
    const printing = runs.printed.begin(of);
    printing.add('a secret\n');
    const first = await read(asks);
    expect(first).toMatchObject({
      peer: ant,
      piece: { epoch, attempt: 1, executor: 'recipe', running: true, text: 'a ******\n' },
    });
    printing.add('more\n');
    const second = await read(asks, first.piece?.to);
    expect(second.piece?.text).toBe('more\n');
    expect((await read(asks, second.piece?.to)).piece?.text).toBe('');
    printing.add('the last');
    printing.end();
    const { piece } = await read(asks, second.piece?.to);
    expect(piece).toMatchObject({ text: 'the last', running: false, more: false });
  });

  it('comes in parts that fit a message, by lines', async () => {
    const { ant: runs, bee: asks } = world();
    const printing = runs.printed.begin(of);
    const lines = Array.from({ length: 20_000 }, (_, line) => `line ${line} of €\n`);
    for (const line of lines) printing.add(line);
    const whole = lines.join('');
    let after: OutputPiece['to'] | undefined;
    let text = '';
    let first: number | undefined;
    for (;;) {
      const { piece } = await read(asks, after);
      if (piece === null) throw new Error('there is none');
      first ??= piece.from.at;
      expect(piece.text.length).toBeLessThanOrEqual(limits.outputTextCharsMax);
      expect(piece.text).toMatch(/\n$/);
      text += piece.text;
      after = piece.to;
      if (!piece.more) break;
    }
    expect(text).toBe(whole.slice(first));
    expect(text.length).toBeLessThanOrEqual(limits.outputKeptCharsMax);
    expect(text.length).toBeGreaterThan(limits.outputKeptCharsMax - 100);
  });

  it('begins again with another attempt', async () => {
    const { ant: runs, bee: asks, clock } = world();
    runs.printed.begin(of).add('of the first\n');
    const { piece } = await read(asks);
    await clock.advance(1_000);
    runs.printed.begin({ ...of, attempt: 2 }).add('of the second, which is longer\n');
    const again = await read(asks, piece?.to);
    expect(again.piece).toMatchObject({ attempt: 2, text: 'of the second, which is longer\n' });
    expect(again.piece?.from.at).toBe(0);
  });

  it('is told to members alone, and to none that is set aside', async () => {
    const { ant: runs, bee: asks, fly: stranger, views } = world();
    runs.printed.begin(of).add('for members\n');
    const ask = ({ mesh }: ReturnType<typeof world>['bee']) =>
      mesh.request(outputProtocol, ant, { task });
    await expect(ask(stranger)).rejects.toMatchObject({ code: 'mesh_refused' });
    expect((await ask(asks)).piece?.text).toBe('for members\n');
    views.members = [memberOf(ant), { ...memberOf(bee), quarantined: true }];
    await expect(ask(asks)).rejects.toMatchObject({ code: 'mesh_refused' });
  });

  it('says why there is none', async () => {
    const { bee: asks, views } = world();
    expect(await read(asks)).toMatchObject({
      piece: null,
      why: expect.stringMatching(/nothing has been printed/),
    });
    const other = TaskId.parse('acme/widgets#8');
    expect(await read(asks, undefined, other)).toMatchObject({
      peer: null,
      why: expect.stringMatching(/nobody works/),
    });
    views.members = [{ ...memberOf(ant), connected: false }, memberOf(bee)];
    expect(await read(asks)).toMatchObject({
      piece: null,
      why: expect.stringMatching(/not connected/),
    });
  });

  it('of a peer that says anything has no control characters, wherever it is shown', async () => {
    const { bee: asks, ant: lies } = world();
    lies.output.stop();
    const text = '\u001b]0;owned\u0007\u001b[2Jclean\u202e\u009b\r\n';
    const at = { run: 1, at: 0 };
    const rest = { epoch, attempt: 1, executor: 'recipe', running: true, more: false };
    const to = { run: 1, at: text.length };
    lies.mesh.handle(outputProtocol, async () => ({ piece: { ...rest, from: at, to, text } }));
    const { piece } = await read(asks);
    expect(piece).toMatchObject({ text: 'clean\n', to });
  });

  it('never comes from a mask that moves what it masks', async () => {
    const clock = createManualClock();
    const printed = createPrinted({ clock, mask: async (text) => `${text}!` });
    printed.begin(of).add('a line\n');
    await expect(printed.read(task, undefined)).rejects.toMatchObject({ code: 'defect' });
  });
});
