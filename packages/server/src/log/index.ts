export { append, openLog } from './append.ts'
export { findEntryAbout } from './find-entry.ts'
export { Knowledge, type KnowledgeOptions } from './knowledge.ts'
export {
  head,
  type LoggedEntry,
  type LogHead,
  type LogSnapshot,
  readEntries,
  type SnapshotOptions,
  snapshotEntries,
} from './read.ts'
export { PositionAhead, Tail, type TailOptions, TailOutrun } from './tail.ts'
export { type ChainFault, type ChainVerdict, verifyChain } from './verify-chain.ts'
