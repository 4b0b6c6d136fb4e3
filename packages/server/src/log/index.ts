export { append, openLog } from './append.ts'
export { countEntriesOfKinds, type KindFilter, readEntriesOfKinds, readEntryAt } from './by-kind.ts'
export { findEntryAbout } from './find-entry.ts'
export { framesOf, type Sight } from './frames.ts'
export {
  dismissDivergence,
  divergencesSince,
  haltLog,
  type LostPlace,
  type Reporter,
  refuseHalted,
} from './halt.ts'
export { openIncarnation } from './incarnations.ts'
export { Knowledge, type KnowledgeOptions } from './knowledge.ts'
export { isInLog, type KnownPlace } from './known-place.ts'
export { LiveLog } from './live-log.ts'
export { PositionMemory } from './position-memory.ts'
export {
  countEntries,
  head,
  type LoggedEntry,
  type LogHead,
  type LogSnapshot,
  readEntries,
  readEntriesBackwards,
  type SnapshotOptions,
  snapshotEntries,
} from './read.ts'
export { PositionAhead, Tail, type TailOptions, TailOutrun } from './tail.ts'
export { type ChainFault, type ChainVerdict, verifyChain } from './verify-chain.ts'
