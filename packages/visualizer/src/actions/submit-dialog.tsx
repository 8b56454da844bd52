import { SubmitAnswer } from '@bzzz/protocol/api';
import { type FormEvent, useState } from 'react';
import { usePage } from '../app/page-context.ts';
import { ask } from '../live/api.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Button } from '../ui/parts.tsx';
import { Outcome } from './outcome.tsx';
import { useAction } from './run.ts';

/** Files an issue, as `bzzz submit` does. */
export function SubmitDialog(props: { readonly onClose: () => void }) {
  const { state, session } = usePage();
  const repos = (state.status?.forge.watching ?? []).map(({ repo }) => repo);
  const [repo, setRepo] = useState(repos[0] ?? '');
  const [title, setTitle] = useState('');
  const [body, setBody] = useState('');
  const [running, run] = useAction();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    run(async () => {
      const answer = await ask({
        method: 'POST',
        path: 'tasks',
        body: { title, body, ...(repo === '' ? {} : { repo }) },
        csrf: session.csrf,
        schema: SubmitAnswer,
      });
      return `Filed as ${answer.repo}#${answer.number}.`;
    });
  };

  return (
    <Dialog title="Submit an issue" onClose={props.onClose}>
      <form onSubmit={submit}>
        <div className="dialog-body">
          <label className="field">
            Repository
            <select value={repo} onChange={(event) => setRepo(event.target.value)}>
              {repos.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
          </label>
          <label className="field">
            Title
            <input required value={title} onChange={(event) => setTitle(event.target.value)} />
          </label>
          <label className="field">
            What is to be done
            <textarea rows={8} value={body} onChange={(event) => setBody(event.target.value)} />
          </label>
          <p className="quiet">
            It is filed on the forge by the account of this peer, with the label <code>bzzz</code>;
            from then on any peer may take it.
          </p>
        </div>
        <Outcome running={running} />
        <div className="dialog-foot">
          <Button onClick={props.onClose}>{running.kind === 'done' ? 'Close' : 'Leave it'}</Button>
          {running.kind === 'done' ? null : (
            <button
              className="button"
              data-kind="main"
              type="submit"
              disabled={running.kind === 'busy'}
            >
              File it
            </button>
          )}
        </div>
      </form>
    </Dialog>
  );
}
