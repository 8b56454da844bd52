/** Takes the whole page back to any moment that the entries here reach to, and plays it forward. */
import { useMemo, useState } from 'react';
import { countUntil, type History } from '../live/history.ts';
import { Icon } from '../ui/icons.tsx';
import { Button } from '../ui/parts.tsx';
import { clockText, dateText, spanText } from '../ui/time.ts';
import { EarlierButton } from './earlier-button.tsx';
import { usePage } from './page-context.ts';
import { useEarlier } from './use-earlier.ts';

const speeds = [1, 4, 16] as const;
const bars = 120;

export function Scrubber() {
  const { state, moment, setMoment, nowMs } = usePage();
  const [speed, setSpeed] = useState(1);
  const older = useEarlier();
  const { history } = state;
  const firstMs = history.entries[0]?.entry.at.wallMs;
  const lastMs = history.entries.at(-1)?.entry.at.wallMs;
  if (firstMs === undefined || lastMs === undefined) return <Idle />;

  const past = moment.kind === 'past';
  const atMs = past ? Math.min(Math.max(nowMs, firstMs), lastMs) : lastMs;
  const playing = past && moment.playing;
  const goTo = (ms: number) =>
    setMoment(ms >= lastMs ? { kind: 'live' } : { kind: 'past', atMs: ms, playing: false, speed });
  const play = () => {
    if (playing) return setMoment({ ...moment, playing: false });
    // From the end there is nothing to play but the whole.
    setMoment({ kind: 'past', atMs: past ? atMs : firstMs, playing: true, speed });
  };
  const setPace = () => {
    const next = speeds[(speeds.findIndex((one) => one === speed) + 1) % speeds.length] ?? 1;
    setSpeed(next);
    if (past) setMoment({ ...moment, speed: next });
  };

  return (
    <section className="scrubber" aria-label="Moment" data-past={past}>
      <Button kind="quiet" label={playing ? 'Pause' : 'Play from here'} onClick={play}>
        <Icon name={playing ? 'pause' : 'play'} />
      </Button>
      <Button kind="quiet" label={`Speed: ${speed} times`} onClick={setPace}>
        {speed}×
      </Button>
      <div className="scrubber-track">
        <Density history={history} firstMs={firstMs} lastMs={lastMs} />
        <input
          type="range"
          aria-label="Moment that the page shows"
          aria-valuetext={past ? dateText(atMs) : 'now'}
          min={0}
          max={Math.max(1, lastMs - firstMs)}
          step={Math.max(1, Math.round((lastMs - firstMs) / 500))}
          value={past ? atMs - firstMs : Math.max(1, lastMs - firstMs)}
          onChange={(event) => goTo(firstMs + Number(event.target.value))}
        />
      </div>
      <output className="scrubber-time">
        {past ? clockText(atMs) : `${spanText(lastMs - firstMs)} of history`}
      </output>
      {past ? (
        <Button kind="main" onClick={() => setMoment({ kind: 'live' })}>
          To now
        </Button>
      ) : (
        <EarlierButton {...older} />
      )}
    </section>
  );
}

function Idle() {
  return (
    <section className="scrubber" aria-label="Moment">
      <p className="quiet">No entry of any journal is here yet.</p>
    </section>
  );
}

/** How much was written when. */
function Density(props: {
  readonly history: History;
  readonly firstMs: number;
  readonly lastMs: number;
}) {
  const { history, firstMs, lastMs } = props;
  const path = useMemo(() => {
    const stepMs = Math.max(1, (lastMs - firstMs) / bars);
    const counts = Array.from({ length: bars }, (_, bar) => {
      const from = bar === 0 ? 0 : countUntil(history, firstMs + bar * stepMs);
      return countUntil(history, firstMs + (bar + 1) * stepMs) - from;
    });
    const most = Math.max(1, ...counts);
    const parts = counts.map((count, bar) => {
      const height = count === 0 ? 0 : Math.max(8, Math.sqrt(count / most) * 100);
      return height === 0 ? '' : `M${bar + 0.5} 100v-${height.toFixed(1)}`;
    });
    return parts.join('');
  }, [history, firstMs, lastMs]);
  return (
    <svg
      className="density"
      viewBox={`0 0 ${bars} 100`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path d={path} />
    </svg>
  );
}
