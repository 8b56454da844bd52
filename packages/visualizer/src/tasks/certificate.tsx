import { VerifiedAnswer } from '@bzzz/protocol/api';
import { Link } from '../app/navigation.tsx';
import { peerPath } from '../app/routes.ts';
import { AskPanel } from '../ui/ask-panel.tsx';
import { Badge } from '../ui/parts.tsx';
import { dateText } from '../ui/time.ts';

/** Whether other members found the same: the peer of this page fetches the certificate and checks what is signed. */
export function Certificate({ task }: { readonly task: string }) {
  return (
    <AskPanel
      title="Certificate"
      path={`tasks/${encodeURIComponent(task)}/verify`}
      schema={VerifiedAnswer}
      words={['Verify', 'Verifying …']}
      about="This peer reads the certificate in the pull request and checks every signature in it."
    >
      {(answer) => <Verified answer={answer} />}
    </AskPanel>
  );
}

const standings = { member: 'a member', quarantined: 'in quarantine', unknown: 'no member here' };

function Verified({
  answer: { verified, reason, certificate },
}: {
  readonly answer: VerifiedAnswer;
}) {
  return (
    <>
      <p>
        <Badge state={verified ? 'done' : 'failed'}>{verified ? 'verified' : 'NOT verified'}</Badge>{' '}
        {reason}
      </p>
      {certificate === null ? null : (
        <>
          <p>
            {certificate.counted} of {certificate.wanted} needed members ran the acceptance of{' '}
            <code>{certificate.result.slice(0, 12)}</code> themselves, and it passed.
          </p>
          <ul className="reasons">
            {certificate.verdicts.map((one) => (
              <li key={one.peer}>
                <Signer {...one} />, {one.outcome} on {one.platform}, {one.sandbox},{' '}
                {dateText(one.atMs)}
                {one.reason === '' ? '' : `: ${one.reason}`}
              </li>
            ))}
            <li>
              published by <Signer {...certificate.publisher} />, epoch {certificate.epoch}
            </li>
          </ul>
        </>
      )}
    </>
  );
}

type SignerProps = NonNullable<VerifiedAnswer['certificate']>['publisher'];

function Signer({ peer, name, standing }: SignerProps) {
  return (
    <span data-standing={standing}>
      <Link to={peerPath(peer)}>{name ?? peer.slice(-8)}</Link> ({standings[standing]})
    </span>
  );
}
