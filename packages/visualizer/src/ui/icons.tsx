/** Drawn by hand on a grid of 16; each stands beside a word, so none is read aloud. */
import type { ReactNode } from 'react';

const paths = {
  mesh: 'M8 3.2 12.6 6v5L8 13.8 3.4 11V6zM8 3.2v10.6M3.4 6l9.2 5M12.6 6l-9.2 5',
  tasks: 'M2.5 3.5h3v9h-3zM6.5 3.5h3v6h-3zM10.5 3.5h3v7.5h-3z',
  timeline: 'M3 4h6M3 8h10M3 12h7',
  health: 'M2 8.5h3l1.5-4 3 7.5 1.6-3.5H14',
  play: 'M5 3.5v9l7-4.5z',
  pause: 'M5 3.5v9M11 3.5v9',
  sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1.5v1.6M8 12.9v1.6M1.5 8h1.6M12.9 8h1.6M3.4 3.4l1.1 1.1M11.5 11.5l1.1 1.1M12.6 3.4l-1.1 1.1M4.5 11.5l-1.1 1.1',
  moon: 'M12.9 9.6A5.4 5.4 0 0 1 6.4 3.1a5.4 5.4 0 1 0 6.5 6.5z',
  plus: 'M8 3.5v9M3.5 8h9',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  back: 'M9.5 3.5 5 8l4.5 4.5',
  close: 'M4 4l8 8M12 4l-8 8',
  search: 'M7 3a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM10 10l3.5 3.5',
  out: 'M9 3.5h3.5V7M12.2 3.8 7 9M6 4.5H3.5v8h8V10',
} as const;

export type IconName = keyof typeof paths;

export function Icon(props: { readonly name: IconName }): ReactNode {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[props.name]} />
    </svg>
  );
}

/** A cell of a comb. */
export function Logo(): ReactNode {
  return (
    <svg className="logo" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d="M12 1.8 20.8 6.9v10.2L12 22.2 3.2 17.1V6.9z" />
      <path className="logo-inner" d="M12 7.4 16 9.7v4.6l-4 2.3-4-2.3V9.7z" />
    </svg>
  );
}
