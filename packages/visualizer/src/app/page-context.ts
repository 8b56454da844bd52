/** What every page reads: the view of the moment, and what whoever looks may do. */
import type { Scope } from '@bzzz/protocol/api';
import { createContext, use } from 'react';
import type { Connection } from '../live/connection.ts';
import type { Moment, PageView } from '../live/page-view.ts';
import type { LiveState } from '../live/state.ts';
import type { Store } from '../live/store.ts';
import type { Session } from './session.ts';

export interface Page {
  readonly store: Store;
  readonly state: LiveState;
  readonly view: PageView;
  /** The moment that is looked at. */
  readonly nowMs: number;
  readonly moment: Moment;
  readonly setMoment: (moment: Moment) => void;
  readonly connection: Connection;
  readonly session: Session;
  /** Why a link that was pasted into the open page did not log in; null: none was, or it did. */
  readonly linkTrouble: string | null;
  readonly can: (scope: Scope) => boolean;
}

export const PageContext = createContext<Page | null>(null);

export function usePage(): Page {
  const page = use(PageContext);
  if (page === null) throw new Error('a part of a page stands outside of it');
  return page;
}
