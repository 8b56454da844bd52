/** A long list of rows of one height, of which only those in sight are in the document. */
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';

export interface VirtualListProps {
  readonly count: number;
  readonly rowPx: number;
  readonly label: string;
  readonly row: (index: number) => ReactNode;
  /** Keeps the end in sight while rows are added, until somebody scrolls away from it. */
  readonly follow?: boolean;
  readonly onFollow?: (follow: boolean) => void;
  readonly className?: string;
}

const spare = 8;

export function VirtualList(props: VirtualListProps) {
  const { count, rowPx, label, row, follow, onFollow, className } = props;
  const box = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState({ top: 0, height: 600 });
  const topBefore = useRef(0);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const measure = () => setSeen({ top: element.scrollTop, height: element.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    const element = box.current;
    if (follow === true && element !== null) element.scrollTop = element.scrollHeight;
  }, [follow, count]);

  const onScroll = () => {
    const element = box.current;
    if (element === null) return;
    setSeen({ top: element.scrollTop, height: element.clientHeight });
    const atEnd = element.scrollTop + element.clientHeight >= element.scrollHeight - rowPx;
    const up = element.scrollTop < topBefore.current;
    topBefore.current = element.scrollTop;
    // Rows that were added since are no reason to stop following; only going back is.
    if (atEnd && follow === false) onFollow?.(true);
    if (!atEnd && up && follow === true) onFollow?.(false);
  };

  const first = Math.max(0, Math.floor(seen.top / rowPx) - spare);
  const last = Math.min(count, Math.ceil((seen.top + seen.height) / rowPx) + spare);
  const rows = Array.from({ length: Math.max(0, last - first) }, (_, at) => first + at);
  return (
    // Whoever has no mouse scrolls it by the keyboard.
    <div
      ref={box}
      className={`virtual ${className ?? ''}`}
      onScroll={onScroll}
      tabIndex={0}
      role="region"
      aria-label={label}
    >
      <ul className="virtual-rows" style={{ height: count * rowPx }}>
        {rows.map((index) => (
          <li
            key={index}
            className="virtual-row"
            style={{ top: index * rowPx, height: rowPx }}
            aria-setsize={count}
            aria-posinset={index + 1}
          >
            {row(index)}
          </li>
        ))}
      </ul>
    </div>
  );
}
