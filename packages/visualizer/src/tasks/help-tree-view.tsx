import { usePage } from '../app/page-context.ts';
import { Badge, Panel } from '../ui/parts.tsx';
import type { HelpNode, HelpStory } from './help-tree.ts';

/** One request for help: who was asked through whom. */
export function HelpTree({ help }: { readonly help: HelpStory }) {
  const { view } = usePage();
  const { asker, question, branches, end } = help;
  return (
    <Panel title="Help" aside={end === null ? 'open' : end.outcome}>
      <p className="pad">
        {view.nameOf(asker)} asked: {question === '' ? 'for the whole job' : question}
      </p>
      <ul className="tree">
        {branches.map((node) => (
          <HelpBranch key={`${node.peer} ${node.hop}`} node={node} />
        ))}
      </ul>
      {end === null ? null : (
        <p className="pad quiet">
          {end.by === null ? `Ended: ${end.outcome}. ` : `Helped by ${view.nameOf(end.by)}. `}
          {end.reason}
        </p>
      )}
    </Panel>
  );
}

function HelpBranch({ node }: { readonly node: HelpNode }) {
  const { view } = usePage();
  const { peer, hop, outcome, reason, children } = node;
  const state = outcome === 'helped' ? 'done' : outcome === null ? 'helping' : 'open';
  return (
    <li>
      {view.nameOf(peer)} <span className="quiet">hop {hop}</span>{' '}
      <Badge state={state}>{outcome ?? 'asked'}</Badge>{' '}
      <span className="quiet">{reason.split('\n')[0]}</span>
      {children.length === 0 ? null : (
        <ul>
          {children.map((child) => (
            <HelpBranch key={`${child.peer} ${child.hop}`} node={child} />
          ))}
        </ul>
      )}
    </li>
  );
}
