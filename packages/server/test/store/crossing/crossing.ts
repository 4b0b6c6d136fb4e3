import type { ReadTx, Tables, WriteTx } from '../../../src/store/index.ts'

/** Whose a table's rows are; what tells of both is the federation's. */
export type Owner = 'organization' | 'federation'
type OwnerOf<Row> = 'federation_id' extends keyof Row
  ? 'federation_id'
  : 'organization_id' extends keyof Row
    ? 'organization_id'
    : never

/** A table whose rows belong to organizations or federations. */
export type OwnedTable = {
  [T in keyof Tables]: [OwnerOf<Tables[T]>] extends [never] ? never : T
}[keyof Tables]

/** Rows of the same shape in both organizations, so that each query has something to find and something to spare. */
export interface World {
  /** What organization A's row has in a column: what organization B should get nowhere with. */
  of<T extends OwnedTable>(table: T, column: keyof Tables[T] & string): string
  /** A further row for whoever calls. */
  newRow<T extends OwnedTable>(table: T): Omit<Tables[T], OwnerOf<Tables[T]>>
}

/** The arguments after the transaction, with organization A's ids; `system` where only `SYSTEM` may call it. */
type Case<Arguments extends readonly unknown[]> = Arguments | { readonly system: Arguments }

type CaseOf<F> = F extends (tx: WriteTx, ...rest: infer Rest) => unknown
  ? Case<Rest>
  : F extends (tx: ReadTx, ...rest: infer Rest) => unknown
    ? Case<Rest>
    : 'no query'

type CasesOf<Module> = { readonly [K in keyof Module]: CaseOf<Module[K]> }

/** What the rows need to have for the module's queries to find them, beside what they have anyhow. */
export type Seed = { readonly [T in OwnedTable]?: Readonly<Record<string, string | number | null>> }

export interface Crossing {
  readonly module: object
  readonly owner: Owner
  readonly seed: Seed
  readonly cases: (world: World) => Readonly<Record<string, unknown>>
}

/**
 * States, for every function of a module of queries, how to try it on what belongs to another organization:
 * `crossing(module)((world) => cases, seed)`; `crossing(module, 'federation')` where they are federations.
 */
export function crossing<Module extends object>(module: Module, owner: Owner = 'organization') {
  return (cases: (world: World) => CasesOf<Module>, seed: Seed = {}): Crossing => ({
    module,
    owner,
    seed,
    cases,
  })
}
