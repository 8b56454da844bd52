export { createGithubForge, type GithubDeps, type GithubForge } from './forge.ts';
export type { GithubOptions } from './options.ts';
export { commentMarker } from './rest/comments.ts';
export type { GithubStats, RateLimit } from './stats.ts';
export { type TokenSource, tokenFromFile, tokenFromValue } from './token-source.ts';
