import { type FormEvent, useState } from 'react';
import { Logo } from '../ui/icons.tsx';
import { Words } from '../ui/words.tsx';
import { loginTrouble } from './login-words.ts';
import { logIn, type Session } from './session.ts';
import { tokenIn } from './token-in.ts';

export function Login(props: {
  readonly trouble: string | null;
  readonly onSession: (session: Session) => void;
}) {
  const [token, setToken] = useState('');
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState(props.trouble);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const given = tokenIn(token);
    if (given === null) {
      setTrouble('There is no token in that. Paste it, or the whole link of `bzzz open`.');
      return;
    }
    setBusy(true);
    try {
      props.onSession(await logIn(given));
    } catch (error) {
      setTrouble(loginTrouble(error));
      setBusy(false);
    }
  };

  return (
    <main className="login" tabIndex={-1}>
      <form className="login-card" onSubmit={(event) => void submit(event)}>
        <Logo />
        <h1>bzzz</h1>
        <p>
          This peer shows its mesh to whoever has a token. <code>bzzz open</code> on its machine
          prints a link with one; the whole link will do here, too.
        </p>
        <label className="field">
          Token
          <input
            type="password"
            autoComplete="current-password"
            value={token}
            onChange={(event) => setToken(event.target.value)}
            required
            aria-describedby="login-trouble"
          />
        </label>
        <p id="login-trouble" className="trouble" role="alert">
          {trouble === null ? null : <Words text={trouble} />}
        </p>
        <button className="button" data-kind="main" type="submit" disabled={busy}>
          Look in
        </button>
      </form>
    </main>
  );
}
