import { usePage } from '../app/page-context.ts';
import { groups } from './entry-text.ts';
import { type Filter, noFilter } from './filter.ts';
import { Button } from '../ui/parts.tsx';

export function FilterBar(props: {
  readonly filter: Filter;
  readonly onFilter: (filter: Filter) => void;
}) {
  const { filter, onFilter } = props;
  const { view } = usePage();
  const toggle = (group: (typeof groups)[number]) => {
    const on = filter.groups.includes(group);
    const rest = filter.groups.filter((one) => one !== group);
    onFilter({ ...filter, groups: on ? rest : [...rest, group] });
  };
  const any = filter !== noFilter;
  return (
    <div className="filters" role="search" aria-label="Entries">
      <input
        type="search"
        className="search"
        placeholder="Search: words, #12, a commit …"
        aria-label="Search"
        value={filter.text}
        onChange={(event) => onFilter({ ...filter, text: event.target.value })}
      />
      <select
        aria-label="By or about"
        value={filter.peer}
        onChange={(event) => onFilter({ ...filter, peer: event.target.value })}
      >
        <option value="">every peer</option>
        {view.peers.slice(0, 500).map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
      <div className="chips" role="group" aria-label="Kinds">
        {groups.map((group) => (
          <button
            key={group}
            type="button"
            className="chip"
            data-group={group}
            aria-pressed={filter.groups.includes(group)}
            onClick={() => toggle(group)}
          >
            {group}
          </button>
        ))}
      </div>
      {any ? (
        <Button kind="quiet" onClick={() => onFilter(noFilter)}>
          All
        </Button>
      ) : null}
    </div>
  );
}
