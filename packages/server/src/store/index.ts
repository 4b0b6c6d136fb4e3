export { StoreRefused } from './failures.ts'
export type { MasterKeyProof } from './master-key-proof.ts'
export { hasEmbeddedDatabase, openStore, type StoreOptions } from './open.ts'
export { DEFAULT_LIMITS, type StoreEvents, type StoreLimits } from './options.ts'
export type { OpenDatabase } from './sqlite/connection.ts'
export {
  type AppendedEntry,
  type AppendListener,
  type AppendNotice,
  asFederation,
  asOrganization,
  type Command,
  type FederationScope,
  federationOf,
  type Lane,
  type OrganizationScope,
  organizationOf,
  type Query,
  type ReadTx,
  type Scope,
  type Store,
  SYSTEM,
  tenantOf,
  type WriteTx,
} from './store.ts'
export type { Tables } from './tables/index.ts'
export type { Retention } from './tables/log.ts'
