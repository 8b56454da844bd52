import { OffersAnswer } from '@bzzz/protocol/api';
import { useEffect, useState } from 'react';
import { ask, tellOf } from '../live/api.ts';

export type Offers = { readonly answer: OffersAnswer } | { readonly trouble: string } | null;

/** What may be filed in a repository; null: it is not told yet. */
export function useOffers(repo: string): Offers {
  const [told, setTold] = useState<{ readonly repo: string; readonly offers: Offers } | null>(null);
  useEffect(() => {
    const over = new AbortController();
    const look = async () => {
      const query = repo === '' ? '' : `?repo=${encodeURIComponent(repo)}`;
      const path = `offers${query}`;
      const offers = await ask({ path, schema: OffersAnswer, signal: over.signal }).then(
        (answer) => ({ answer }),
        (error: unknown) => {
          const { text, advice } = tellOf(error);
          return { trouble: `${text} ${advice}` };
        },
      );
      if (!over.signal.aborted) setTold({ repo, offers });
    };
    void look();
    return () => over.abort();
  }, [repo]);
  return told?.repo === repo ? told.offers : null;
}
