import { constants, DatabaseSync, type StatementSync } from 'node:sqlite'
import { LIMITS } from '../limits.ts'
import { CALLABLE } from './functions.ts'
import { type Cell, type Order, type Report, ROWS_PER_MESSAGE, type TableShape } from './messages.ts'

const { SQLITE_DENY, SQLITE_FUNCTION, SQLITE_OK, SQLITE_READ, SQLITE_RECURSIVE, SQLITE_SELECT } = constants

/** One statement's tables in memory, and nothing else: no file, no extension, no schema to look into. */
export class Sandbox {
  readonly #database = new DatabaseSync(':memory:', {
    allowExtension: false,
    enableDoubleQuotedStringLiterals: false,
    limits: { length: LIMITS.value, attach: 0, triggerDepth: 0, compoundSelect: 50 },
  })
  readonly #tables = new Map<string, StatementSync>()

  constructor() {
    this.#database.function('now', () => new Date().toISOString())
    this.#database.function('split_part', { deterministic: true }, splitPart)
    this.#database.function('json_extract_path_text', { deterministic: true, varargs: true }, jsonText)
  }

  open({ name, columns }: TableShape): void {
    const shape = columns.map((column) => `${quote(column.name)} ${column.type}`).join(', ')
    this.#database.exec(`create table ${quote(name)} (${shape})`)
    const places = columns.map(() => '?').join(', ')
    this.#tables.set(name, this.#database.prepare(`insert into ${quote(name)} values (${places})`))
  }

  fill({ table, rows }: Extract<Order, { type: 'rows' }>): void {
    const insert = this.#tables.get(table)
    if (insert === undefined) throw new TypeError('no such table')
    this.#database.exec('begin')
    for (const row of rows) insert.run(...row)
    this.#database.exec('commit')
  }

  /** Answers in parts. From here on the database can only be read, and only its tables. */
  *query({
    sql,
    run,
    rows: mostRows,
    characters: mostCharacters,
  }: Extract<Order, { type: 'query' }>): Generator<Report> {
    this.#database.setAuthorizer((action, first, second) => this.#judge(action, first, second))
    const statement = this.#database.prepare(sql)
    statement.setReturnArrays(true)
    yield { type: 'columns', columns: statement.columns().map(({ name, type }) => ({ name, type })) }
    if (!run) return
    let page: Cell[][] = []
    let rows = 0
    let characters = 0
    for (const row of statement.iterate()) {
      const cells = Object.values(row).map(cellOf)
      rows += 1
      for (const cell of cells) characters += typeof cell === 'string' ? cell.length : 8
      if (rows > mostRows || characters > mostCharacters) throw new AnswerTooLarge()
      if (page.push(cells) < ROWS_PER_MESSAGE) continue
      yield { type: 'rows', rows: page }
      page = []
    }
    if (page.length > 0) yield { type: 'rows', rows: page }
  }

  close(): void {
    this.#database.close()
  }

  /** The statement was printed from a tree of ours. This holds even where that is wrong. */
  #judge(action: number, first: string | null, second: string | null): number {
    switch (action) {
      case SQLITE_SELECT:
      case SQLITE_RECURSIVE:
        return SQLITE_OK
      case SQLITE_READ:
        return first !== null && /^sqlite_/i.test(first) ? SQLITE_DENY : SQLITE_OK
      case SQLITE_FUNCTION:
        return second !== null && CALLABLE.has(second.toLowerCase()) ? SQLITE_OK : SQLITE_DENY
      default:
        return SQLITE_DENY
    }
  }
}

export class AnswerTooLarge extends Error {}

/** As elsewhere: parts count from 1, from behind where negative, and one that is not there is empty. */
function splitPart(text: unknown, separator: unknown, part: unknown): string | null {
  if (text === null || separator === null || part === null) return null
  const parts = String(separator) === '' ? [String(text)] : String(text).split(String(separator))
  const number = Number(part)
  return parts.at(number < 0 ? number : number - 1) ?? ''
}

/** What `->>` does, as PostgreSQL spells it for several steps. */
function jsonText(text: unknown, ...steps: readonly unknown[]): string | null {
  let value: unknown
  try {
    value = JSON.parse(String(text))
  } catch {
    return null
  }
  for (const step of steps) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, String(step))) return null
    value = Reflect.get(value, String(step))
  }
  if (value === null || value === undefined) return null
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function cellOf(value: unknown): Cell {
  if (typeof value === 'string' || typeof value === 'number') return value
  return null
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
