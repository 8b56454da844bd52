export type { DiskSync } from './disk-sync.ts';
export type {
  Head,
  Journals,
  OwnJournal,
  ReadOptions,
  Replica,
  ReplicateOptions,
  ReplicationEnd,
  Skipped,
} from './interface.ts';
export { type JournalsDependencies, type JournalsOptions, openJournals } from './journals.ts';
export type { MessageStream } from './message-stream.ts';
export { rememberedIn } from './remembered-head.ts';
