import { type ReactNode, useState } from 'react';
import type { z } from 'zod';
import { ask, tellOf } from '../live/api.ts';
import { Button, Panel } from './parts.tsx';

type Asked<T> = { readonly answer: T } | { readonly trouble: string } | 'busy' | null;

interface AskPanelProps<T> {
  readonly title: string;
  /** Below `/api/v1/`. */
  readonly path: string;
  readonly schema: z.ZodType<T>;
  /** On the button, before and while it is asked. */
  readonly words: readonly [ask: string, busy: string];
  /** What comes of it, before anybody has asked. */
  readonly about: string;
  readonly children: (answer: T) => ReactNode;
}

/** Something that is asked only when somebody wants to know, since it may take a while. */
export function AskPanel<T>(props: AskPanelProps<T>) {
  const { title, path, schema, words, about, children } = props;
  const [asked, setAsked] = useState<Asked<T>>(null);
  const isBusy = asked === 'busy';
  const go = async () => {
    setAsked('busy');
    setAsked(
      await ask({ path, schema }).then(
        (answer) => ({ answer }),
        (error: unknown) => ({ trouble: tellOf(error).text }),
      ),
    );
  };
  const button = (
    <Button disabled={isBusy} onClick={() => void go()}>
      {words[isBusy ? 1 : 0]}
    </Button>
  );
  return (
    <Panel title={title} aside={button}>
      <div role="status" className="pad">
        {asked === null || isBusy ? (
          <p className="quiet">{about}</p>
        ) : 'trouble' in asked ? (
          <p className="trouble">{asked.trouble}</p>
        ) : (
          children(asked.answer)
        )}
      </div>
    </Panel>
  );
}
