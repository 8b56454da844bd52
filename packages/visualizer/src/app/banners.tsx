/** What everybody must see, on whichever page: one peer alone, a split mesh, no connection, the past. */
import type { ReactNode } from 'react';
import { pauseCodes } from '../actions/pauses.ts';
import { lives } from '../live/page-view.ts';
import { countText } from '../ui/text.ts';
import { dateText } from '../ui/time.ts';
import { Words } from '../ui/words.tsx';
import { Link } from './navigation.tsx';
import { lostWords } from './lost.ts';
import { usePage } from './page-context.ts';
import { healthPath } from './routes.ts';

/** `health`: below them stand all problems, the worst first; it is not said twice. */
export function Banners({ health }: { readonly health: boolean }) {
  const { state, view, connection, linkTrouble, nowMs, can } = usePage();
  const { status } = state;
  const all = view.past ? [] : (status?.problems ?? []);
  const said = all.find(({ code }) => code === 'alone');
  // What a person ordered is never hidden behind what happened.
  const pause = all.find(({ code }) => pauseCodes.has(code));
  // Those are told by what the page itself sees, which knows them sooner.
  const problems = all.filter(
    (one) => one !== said && one !== pause && one.code !== 'peers_unreachable',
  );
  const [worst] = problems;
  const cut = view.peers.filter(({ standing }) => standing === 'suspected').map(({ id }) => id);
  const alone = view.peers.length > 0 && view.parts.length <= 1 && view.parts[0]?.length === 1;
  return (
    <div className="banners" aria-live="polite">
      {connection === 'lost' ? (
        <Banner tone="bad" title="The peer does not answer.">
          <LostWords />
        </Banner>
      ) : null}
      {linkTrouble === null ? null : (
        <Banner tone="warn" title="The link did not log in: you stay who you were.">
          <Words text={linkTrouble} />
        </Banner>
      )}
      {view.past ? (
        <Banner tone="past" title={`The page shows ${dateText(nowMs)}.`}>
          Everything here is told by the journals until then. Load and slots are not told by them.
        </Banner>
      ) : null}
      {alone && !view.past ? (
        <Banner tone="warn" title={said?.text ?? 'This peer is alone in its mesh.'}>
          Nobody takes over when it dies, and nobody judges its results.{' '}
          <Words text={said?.advice ?? ''} />
        </Banner>
      ) : null}
      {view.parts.length > 1 ? (
        <Banner tone="bad" title={`The mesh is split into ${view.parts.length} parts.`}>
          {view.parts
            .slice(0, 4)
            .map((part) => partText(part, view.nameOf))
            .join(' · ')}
        </Banner>
      ) : null}
      {view.past || cut.length === 0 ? null : (
        <Banner tone="bad" title={`${countText(cut.length, 'peer')} cannot be reached from here.`}>
          The mesh is split, or they are down: {partText(cut, view.nameOf)}. While this peer does
          not see most of its mesh it takes nothing over from them.
        </Banner>
      )}
      {pause === undefined ? null : (
        <Banner tone="warn" title={pause.text}>
          {can('operate') ? (
            <>
              <em>Resume</em>, above, ends it.
            </>
          ) : (
            <Words text={pause.advice} />
          )}
        </Banner>
      )}
      {worst === undefined || health ? null : (
        <Banner tone={worst.severity === 'error' ? 'bad' : 'warn'} title={worst.text}>
          <Words text={worst.advice} />{' '}
          {problems.length > 1 ? (
            <Link to={healthPath}>and {countText(problems.length - 1, 'further problem')}</Link>
          ) : null}
        </Banner>
      )}
    </div>
  );
}

function LostWords() {
  const { state, view } = usePage();
  const others = view.peers.filter(({ self, standing }) => !self && lives(standing));
  const text = lostWords({
    silentMs: state.statusAtMs === 0 ? null : Date.now() - state.statusAtMs,
    host: globalThis.location.host,
    self: state.status?.peer.name ?? null,
    others: others.map(({ name }) => name),
  });
  return <Words text={text} />;
}

function partText(part: readonly string[], nameOf: (peer: string) => string): string {
  const names = part.slice(0, 4).map(nameOf).join(', ');
  return part.length > 4 ? `${names} and ${part.length - 4} more` : names;
}

function Banner(props: {
  readonly tone: 'warn' | 'bad' | 'past';
  readonly title: string;
  readonly children: ReactNode;
}) {
  return (
    <p className="banner" data-tone={props.tone}>
      <strong>{props.title}</strong> {props.children}
    </p>
  );
}
