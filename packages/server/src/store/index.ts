export { openStore, type StoreOptions } from './open.ts'
export {
  type Command,
  organizationOf,
  type Query,
  type ReadTx,
  type Scope,
  type Store,
  SYSTEM,
  type WriteTx,
} from './store.ts'
export type { Tables } from './tables/index.ts'
