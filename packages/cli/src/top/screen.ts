/** Shows frames, and turns keys into what is asked of the peer. */
import type { ControlClient } from '@bzzz/peer';
import { isBzzzError, reasonOf } from '@bzzz/protocol';
import { type PeerOrderAsked, saidOnce } from '@bzzz/protocol/api';
import { Box, render, Text, useApp, useInput, useWindowSize } from 'ink';
import { createElement, useEffect, useReducer, useRef } from 'react';
import { printable, type Terminal } from '../terminal.ts';
import { frame } from './frame.ts';
import { blankState, move, take, type TopState } from './state.ts';

interface ScreenProps {
  readonly terminal: Terminal;
  readonly client: ControlClient;
  readonly signal: AbortSignal;
}

type Change = (state: TopState) => TopState;

/** By key. */
const steers: Readonly<
  Record<string, { readonly question: string; readonly request: PeerOrderAsked } | undefined>
> = {
  d: { question: 'Drain this peer: nothing new, finish the rest?', request: { order: 'drain' } },
  p: { question: 'Pause this peer: all its work stands still?', request: { order: 'pause' } },
  u: { question: 'Resume this peer?', request: { order: 'resume' } },
  D: { question: 'Drain the whole mesh?', request: { order: 'drain', mesh: true } },
  U: { question: 'Resume the whole mesh?', request: { order: 'resume', mesh: true } },
};

/** Until `q`, Ctrl-C or the end of the peer. Throws what the client throws. */
export async function showTop(props: ScreenProps): Promise<void> {
  const instance = render(createElement(Screen, props), {
    exitOnCtrlC: true,
    // Whoever calls has looked for a terminal; what else would be guessed from is variables of CI servers.
    interactive: true,
    alternateScreen: true,
  });
  const end = () => instance.unmount();
  props.signal.addEventListener('abort', end, { once: true });
  try {
    await instance.waitUntilExit();
  } finally {
    props.signal.removeEventListener('abort', end);
  }
}

function Screen({ terminal, client, signal }: ScreenProps) {
  const { exit } = useApp();
  const size = useWindowSize();
  const [state, change] = useReducer((before: TopState, make: Change) => make(before), blankState);
  /** What `y` does. */
  const asked = useRef<(() => void) | null>(null);

  useEffect(() => {
    const ending = new AbortController();
    follow(client, AbortSignal.any([signal, ending.signal]), change).then(
      () => exit(),
      (error: unknown) => exit(error instanceof Error ? error : new Error(reasonOf(error))),
    );
    return () => ending.abort();
  }, [client, signal, exit]);

  const note = (text: string) => change((before) => ({ ...before, note: text }));
  const act = (job: Promise<string>) =>
    void job.then(note, (error: unknown) =>
      note(isBzzzError(error) ? error.reason : reasonOf(error)),
    );

  useInput((input, key) => {
    if (asked.current !== null) {
      if (input === 'y') asked.current();
      else note('');
      asked.current = null;
    } else if (input === 'q') exit();
    else if (key.escape) change((before) => ({ ...before, answer: null, note: '' }));
    else if (key.downArrow) change((before) => move(before, 1));
    else if (key.upArrow) change((before) => move(before, -1));
    else if (input === 'l')
      act(client.look({}).then(({ looking }) => `looks at ${looking.join(', ')}`));
    else if (input === 'w' && state.selected !== null) act(why(client, state.selected, change));
    else if ((input === 'c' || input === 'r') && state.selected !== null) {
      const task = state.selected;
      const order = input === 'c' ? 'cancel' : 'retry';
      note(`${order === 'cancel' ? 'Cancel' : 'Retry'} ${task} for the whole mesh? y`);
      asked.current = () => act(client.order(task, { order }).then(({ url }) => `said: ${url}`));
    } else {
      // Each says what it does: what is known of pauses here may be a moment old.
      const steer = steers[input];
      if (steer === undefined) return;
      note(`${steer.question} y`);
      asked.current = () =>
        act(
          client
            .orderPeer(steer.request)
            .then(({ paused }) => `this peer ${paused ? 'begins nothing new' : 'begins new work'}`),
        );
    }
  });

  return createElement(
    Box,
    { flexDirection: 'column' },
    frame(terminal, state, size).map((line, at) =>
      createElement(Text, { key: at, wrap: 'truncate' }, line === '' ? ' ' : line),
    ),
  );
}

async function follow(
  client: ControlClient,
  signal: AbortSignal,
  change: (make: Change) => void,
): Promise<void> {
  try {
    for await (const event of client.events({ last: 100, signal })) {
      change((before) => take(before, event));
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function why(
  client: ControlClient,
  task: string,
  change: (make: Change) => void,
): Promise<string> {
  const { text, title, peers } = await client.whyTask(task);
  const answer = [
    printable(`${task} ${title}`),
    printable(text),
    '',
    ...saidOnce(peers, ({ name }) => name).map(({ who, first }) =>
      printable(`${who}: ${first.text}`),
    ),
  ];
  change((before) => ({ ...before, answer }));
  return 'Esc: back to the log';
}
