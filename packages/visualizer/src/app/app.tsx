import { useEffect, useState } from 'react';
import { tellOf } from '../live/api.ts';
import { Login } from './login.tsx';
import { LivePage } from './live-page.tsx';
import { currentSession, logIn, type Session, takeTokenOfAddress } from './session.ts';
import { useTheme } from './theme.ts';

type Asking = { readonly session: Session | null; readonly trouble: string | null };

/** Before the first render, so that the token is out of the address bar before anything else happens. */
const linkToken = takeTokenOfAddress();
const asked = (linkToken === null ? currentSession() : logIn(linkToken)).then(
  (session): Asking => ({ session, trouble: null }),
  (error: unknown): Asking => ({ session: null, trouble: tellOf(error).text }),
);

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
  if (asking === null) return <p className="opening">Asking the peer …</p>;
  const { session, trouble } = asking;
  if (session === null) {
    const onSession = (given: Session) => setAsking({ session: given, trouble: null });
    return <Login trouble={trouble} onSession={onSession} />;
  }
  const onEnd = (why: string | null) => setAsking({ session: null, trouble: why });
  return <LivePage session={session} onEnd={onEnd} />;
}
