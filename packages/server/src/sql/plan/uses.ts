import type { Resource } from '../catalogue/index.ts'

/** One place in a statement where a resource stands, with what the statement says of its columns. */
export class TableUse {
  /** The name of its table while the statement runs. */
  readonly table: string
  readonly resource: Resource
  /** What the statement calls it. */
  readonly alias: string
  /** Columns that can only have one of some values. */
  readonly constants = new Map<string, ReadonlySet<string>>()
  /** Columns that have the value of a column elsewhere. */
  readonly equals: { readonly column: string; readonly of: TableUse; readonly other: string }[] = []

  constructor(table: string, resource: Resource, alias: string) {
    this.table = table
    this.resource = resource
    this.alias = alias
  }

  /** Notes that a column has one of some values; what was known before still holds. */
  narrow(column: string, values: readonly string[]): void {
    const known = this.constants.get(column)
    const both = known === undefined ? values : values.filter((value) => known.has(value))
    this.constants.set(column, new Set(both))
  }
}

/** What a name in front of a column may mean: a resource, or something that is made by the statement itself. */
export type Named = TableUse | 'other'

/** The names that a part of a statement sees; those outside of it are seen through it. */
export class Scope {
  readonly outer: Scope | undefined
  readonly tables = new Map<string, Named>()
  readonly commonTables: ReadonlySet<string>

  constructor(outer: Scope | undefined, commonTables: ReadonlySet<string>) {
    this.outer = outer
    this.commonTables = commonTables
  }

  find(alias: string): Named | undefined {
    return this.tables.get(alias) ?? this.outer?.find(alias)
  }

  findResource(path: readonly string[]): TableUse | undefined {
    const name = path.join('.')
    for (const named of this.tables.values())
      if (
        named !== 'other' &&
        `${named.resource.provider}.${named.resource.service}.${named.resource.name}` === name
      )
        return named
    return this.outer?.findResource(path)
  }

  /** Resources of this very scope: what a column without a name in front may belong to. */
  get uses(): readonly TableUse[] {
    return [...this.tables.values()].filter((named) => named !== 'other')
  }
}
