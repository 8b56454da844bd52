import { useState } from 'react';
import { PauseDialog } from '../actions/pause-dialog.tsx';
import { isPaused, pausesOf, pauseTitle } from '../actions/pauses.ts';
import { SubmitDialog } from '../actions/submit-dialog.tsx';
import { Icon } from '../ui/icons.tsx';
import { Button } from '../ui/parts.tsx';
import { countText } from '../ui/text.ts';
import { usePage } from './page-context.ts';
import { logOut } from './session.ts';
import { useTheme } from './theme.ts';

const words = {
  connecting: 'Connecting',
  live: 'Live',
  lost: 'Connection lost, trying again',
  denied: 'Session over',
  past: 'Past',
} as const;

export function TopBar(props: { readonly onEnd: (why: string | null) => void }) {
  const { state, connection, session, can, view } = usePage();
  const [theme, toggle] = useTheme();
  const [open, setOpen] = useState<'submit' | 'pause' | null>(null);
  const { status } = state;
  // What is shown of the past is not live, however well the peer is heard.
  const shown = view.past && connection === 'live' ? 'past' : connection;
  const pauses = pausesOf(status, view);
  const rests = isPaused(pauses);
  const end = async () => {
    await logOut(session).catch(() => undefined);
    props.onEnd(null);
  };
  return (
    <header className="top">
      <h1 className="top-name">{status?.mesh.name ?? 'bzzz'}</h1>
      {status === null ? null : (
        <p className="top-who">
          <span className="wide-only">seen from </span>
          <strong>{status.peer.name}</strong>
          <span className="wide-only">, {countText(view.peers.length, 'peer')} known</span>
        </p>
      )}
      <p className="live" data-connection={shown} role="status">
        <span className="dot" aria-hidden="true" />
        <span className="live-word">{words[shown]}</span>
      </p>
      <div className="top-actions">
        {can('submit') ? (
          <Button kind="main" label="Submit an issue" onClick={() => setOpen('submit')}>
            <Icon name="plus" />
            <span className="wide-only">Submit</span>
          </Button>
        ) : null}
        {can('operate') ? (
          <Button label={pauseTitle(pauses)} onClick={() => setOpen('pause')}>
            <Icon name={rests ? 'play' : 'pause'} />
            <span className="wide-only">{rests ? 'Resume' : 'Pause'}</span>
          </Button>
        ) : null}
        <Button
          kind="quiet"
          label={theme === 'dark' ? 'Light colours' : 'Dark colours'}
          onClick={toggle}
        >
          <Icon name={theme === 'dark' ? 'sun' : 'moon'} />
        </Button>
        <Button kind="quiet" label={`Log out (${session.key})`} onClick={() => void end()}>
          <Icon name="out" />
        </Button>
      </div>
      {open === 'submit' ? <SubmitDialog onClose={() => setOpen(null)} /> : null}
      {open === 'pause' ? <PauseDialog onClose={() => setOpen(null)} /> : null}
    </header>
  );
}
