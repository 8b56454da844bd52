import { SubmitAnswer } from '@bzzz/protocol/api';
import { type FormEvent, useEffect, useState } from 'react';
import { usePath } from '../app/navigation.tsx';
import { usePage } from '../app/page-context.ts';
import { ask } from '../live/api.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Button } from '../ui/parts.tsx';
import { OffersFields } from './offers-fields.tsx';
import { Outcome } from './outcome.tsx';
import { useAction } from './run.ts';
import { chosenRecipe, filedWords, offersNothing, submissionOf } from './submission.ts';
import { type Offers, useOffers } from './use-offers.ts';

/** Files an issue, as `bzzz submit` does. */
export function SubmitDialog(props: { readonly onClose: () => void }) {
  const { onClose } = props;
  const { state, session } = usePage();
  const repos = (state.status?.forge.watching ?? []).map(({ repo }) => repo);
  const [repo, setRepo] = useState(repos[0] ?? '');
  const [name, setName] = useState('');
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [title, setTitle] = useState('');
  const [body, setBody] = useState('');
  const [running, run] = useAction();
  const offers = useOffers(repo);
  useClosedElsewhere(onClose);
  const answer = offers !== null && 'answer' in offers ? offers.answer : null;
  const recipe = answer === null ? null : chosenRecipe(answer, name);
  const cannot = answer === null || offersNothing(answer);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (cannot) return;
    run(async () => {
      const filed = await ask({
        method: 'POST',
        path: 'tasks',
        body: submissionOf({ repo, recipe, title, body, values }),
        csrf: session.csrf,
        schema: SubmitAnswer,
      });
      return { filed: `${filed.repo}#${filed.number}`, text: filedWords(filed) };
    });
  };

  return (
    <Dialog title="Submit an issue" onClose={onClose}>
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
          <OffersTrouble offers={offers} />
          {answer === null || cannot ? null : (
            <OffersFields
              offers={answer}
              recipe={recipe}
              values={values}
              onRecipe={setName}
              onValue={(of, value) => setValues({ ...values, [of]: value })}
            />
          )}
          <label className="field">
            Title
            <input
              required={recipe === null}
              placeholder={recipe === null ? '' : 'the recipe and its parameters'}
              value={title}
              onChange={(event) => setTitle(event.target.value)}
            />
          </label>
          <label className="field">
            {recipe === null ? 'What is to be done' : 'Words for people'}
            <textarea rows={8} value={body} onChange={(event) => setBody(event.target.value)} />
          </label>
          <p className="quiet">
            It is filed on the forge by the account of this peer, with the first label of the
            policy, once the peer has found that the policy allows it. Then the peers that can do it
            may take it.
          </p>
        </div>
        <Outcome running={running} />
        <div className="dialog-foot">
          <Button onClick={onClose}>{running.kind === 'done' ? 'Close' : 'Leave it'}</Button>
          {running.kind === 'done' ? null : (
            <button
              className="button"
              data-kind="main"
              type="submit"
              disabled={cannot || running.kind === 'busy'}
            >
              File it
            </button>
          )}
        </div>
      </form>
    </Dialog>
  );
}

/** Whoever follows a link out of the dialog is done with it. */
function useClosedElsewhere(onClose: () => void): void {
  const path = usePath();
  const [opened] = useState(path);
  useEffect(() => {
    if (path !== opened) onClose();
  }, [path, opened, onClose]);
}

function OffersTrouble({ offers }: { readonly offers: Offers }) {
  if (offers === null) return <p className="quiet">Reading the policy …</p>;
  if ('trouble' in offers) return <p className="trouble">{offers.trouble}</p>;
  return offersNothing(offers.answer) ? (
    <p className="trouble">
      The policy of this repository has no recipe and works on no plain words: nothing that is filed
      here would be worked on.
    </p>
  ) : null;
}
