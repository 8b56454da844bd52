/** For the command line, without a running peer: the client of the forge is loaded when it is called. */
import type { Config, RepoName } from '@bzzz/protocol';
import type { FenceReader } from './fences.ts';
import type { SetUp } from './set-up-repository.ts';

/** Labels, policy and issue form; as the account of the configured token. Throws what the forge is refused for. */
export async function setUpRepository(
  forge: Config['forge'],
  repo: RepoName,
  options: { signal?: AbortSignal } = {},
): Promise<SetUp> {
  const { tokenSourceOf } = await import('./token.ts');
  const { setUpRepository: run } = await import('./set-up-repository.ts');
  const token = tokenSourceOf(forge);
  try {
    return await run({ token, apiUrl: forge.apiUrl }, repo, options);
  } finally {
    // What was lent is renewed until it is given back.
    await token.close?.();
  }
}

/** To look at locks and results from outside, as no peer. To be closed. */
export async function openFences(forge: Config['forge']): Promise<FenceReader> {
  const { tokenSourceOf } = await import('./token.ts');
  const { createFenceReader } = await import('./fences.ts');
  return createFenceReader({ token: tokenSourceOf(forge) }, forge);
}
