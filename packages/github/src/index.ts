export { createGithubForge, type GithubDeps, type GithubForge } from './forge.ts';
export type { GithubOptions } from './options.ts';
export { commentMarker } from './rest/comments.ts';
export type { GithubStats, RateLimit } from './stats.ts';
export { appLender } from './token/app.ts';
export { tokenFromFile, tokenFromValue } from './token/plain.ts';
export { type Lender, renewedToken } from './token/renewed.ts';
export type { TokenSource, TokenState } from './token/source.ts';
export { vaultLender } from './token/vault/source.ts';
