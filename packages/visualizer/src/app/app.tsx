import { useEffect, useState } from 'react';
import { Login } from './login.tsx';
import { loginTrouble } from './login-words.ts';
import { LivePage } from './live-page.tsx';
import { currentSession, logIn, type Session, takeTokenOfAddress } from './session.ts';
import { useTheme } from './theme.ts';

type Asking = { readonly session: Session | null; readonly trouble: string | null };

/** Before the first render, so that the token is out of the address bar before anything else happens. */
const linkToken = takeTokenOfAddress();
const asked = answered(linkToken === null ? currentSession() : logIn(linkToken));

export function App() {
  useTheme();
  const [asking, setAsking] = useState<Asking | null>(null);
  useEffect(() => {
    let gone = false;
    const show = async () => {
      const answer = await asked;
      if (!gone) setAsking(answer);
    };
    void show();
    return () => {
      gone = true;
    };
  }, []);
  useEffect(() => {
    let gone = false;
    // A link that is pasted where the page is open already loads nothing anew: only the hash changes.
    const onHash = () => {
      const token = takeTokenOfAddress();
      if (token === null) return;
      void show(token);
    };
    const show = async (token: string) => {
      const { session, trouble } = await answered(logIn(token));
      // Whoever is in already stays in, whatever is wrong with the link.
      if (!gone) setAsking((before) => ({ session: session ?? before?.session ?? null, trouble }));
    };
    globalThis.addEventListener('hashchange', onHash);
    return () => {
      gone = true;
      globalThis.removeEventListener('hashchange', onHash);
    };
  }, []);
  if (asking === null) return <p className="opening">Asking the peer …</p>;
  const { session, trouble } = asking;
  if (session === null) {
    const onSession = (given: Session) => setAsking({ session: given, trouble: null });
    return <Login key={trouble} trouble={trouble} onSession={onSession} />;
  }
  const onEnd = (why: string | null) => setAsking({ session: null, trouble: why });
  return <LivePage session={session} linkTrouble={trouble} onEnd={onEnd} />;
}

/** Who looks now, or why nobody may. */
function answered(session: Promise<Session | null>): Promise<Asking> {
  return session.then(
    (given) => ({ session: given, trouble: null }),
    (error: unknown) => ({ session: null, trouble: loginTrouble(error) }),
  );
}
