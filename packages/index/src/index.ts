export { type IndexDeps, openHistoryIndex } from './history-index.ts';
export type { HistoryFilter, HistoryIndex, IndexedEntry } from './interface.ts';
export type { OpenOptions } from './open.ts';
