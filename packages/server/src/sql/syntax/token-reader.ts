import { type Token, tokensOf } from './lexer.ts'
import { faultyStatement } from './sql-fault.ts'
import type { Query } from './tree.ts'
import { RESERVED } from './words.ts'

/** How deep expressions and queries may lie inside each other. */
export const DEEPEST = 100
/** Printed, a part of the tree stands in up to two levels of brackets. */
const DEEPEST_READING = 2 * DEEPEST + 50

/** The tokens of one statement with a place in them, and the depth of what has been read. */
export class TokenReader {
  readonly #source: Iterator<Token, void>
  /** Those that have been looked at. */
  readonly #tokens: Token[] = []
  readonly #queryOf: (reader: TokenReader) => Query
  readonly #depths = new WeakMap<object, number>()
  #place = 0
  #level = 0

  /**
   * @param queryOf reads a query wherever one stands inside of an expression
   */
  constructor(text: string, queryOf: (reader: TokenReader) => Query) {
    this.#source = tokensOf(text)
    this.#queryOf = queryOf
  }

  startsQuery(): boolean {
    return this.isWord('select') || this.isWord('with') || this.isWord('values')
  }

  query(): Query {
    return this.deeper(() => this.#queryOf(this))
  }

  /**
   * The token that comes next, or one of those behind it.
   *
   * @throws DomainError `sql_invalid`
   */
  peek(ahead = 0): Token {
    return this.#tokens[this.#place + ahead] ?? this.#read(this.#place + ahead)
  }

  #read(place: number): Token {
    while (this.#tokens.length <= place) {
      const { value } = this.#source.next()
      if (value === undefined) break
      this.#tokens.push(value)
    }
    const token = this.#tokens[place] ?? this.#tokens.at(-1)
    if (token === undefined) throw new TypeError('a statement without an end')
    return token
  }

  next(): Token {
    const token = this.peek()
    this.#place += 1
    return token
  }

  isWord(word: string, ahead = 0): boolean {
    const { kind, value } = this.peek(ahead)
    return kind === 'word' && value.length === word.length && value.toLowerCase() === word
  }

  isSymbol(symbol: string, ahead = 0): boolean {
    const { kind, value } = this.peek(ahead)
    return kind === 'symbol' && value === symbol
  }

  /** Takes the word, or the two, if they come next. */
  takeWords(first: string, second?: string): boolean {
    if (!this.isWord(first)) return false
    if (second !== undefined && !this.isWord(second, 1)) return false
    this.#place += second === undefined ? 1 : 2
    return true
  }

  takeSymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false
    this.#place += 1
    return true
  }

  needWords(first: string, second?: string): void {
    if (!this.takeWords(first, second))
      throw this.unexpected([first, ...(second === undefined ? [] : [second])].join(' ').toUpperCase())
  }

  needSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) throw this.unexpected(symbol)
  }

  isName(): boolean {
    const { kind, value } = this.peek()
    return kind === 'quoted' || (kind === 'word' && !RESERVED.has(value.toLowerCase()))
  }

  /** A name; one that is reserved has to be quoted, unless it follows a dot. */
  needName(afterDot = false): string {
    const { kind, value } = this.peek()
    if (kind === 'word' && !afterDot && RESERVED.has(value.toLowerCase()))
      throw faultyStatement(
        `${value.toLowerCase()} is a reserved word: as a name it is written "${value}"`,
        this.peek().start,
      )
    if (kind !== 'word' && kind !== 'quoted') throw this.unexpected('a name')
    this.#place += 1
    return value
  }

  /** `a.b.c` */
  needPath(): string[] {
    const path = [this.needName()]
    while (this.isSymbol('.') && !this.isSymbol('*', 1)) {
      this.#place += 1
      path.push(this.needName(true))
    }
    return path
  }

  needText(what: string): string {
    const { kind, value } = this.peek()
    if (kind !== 'text') throw this.unexpected(what)
    this.#place += 1
    return value
  }

  /** A list with at least one member, with commas between. */
  list<Item>(read: () => Item): Item[] {
    const items = [read()]
    while (this.takeSymbol(',')) items.push(read())
    return items
  }

  bracketed<Item>(read: () => Item): Item {
    this.needSymbol('(')
    const item = read()
    this.needSymbol(')')
    return item
  }

  /** @throws DomainError `sql_invalid` when reading goes deeper than any statement has to */
  deeper<Item>(read: () => Item): Item {
    this.#level += 1
    if (this.#level > DEEPEST_READING) throw this.tooDeep()
    const item = read()
    this.#level -= 1
    return item
  }

  /** Notes how deep a part of the tree is, by the parts that it is made of. */
  made<Part extends object>(part: Part, made: readonly (object | undefined)[]): Part {
    const depth =
      1 + Math.max(0, ...made.map((inner) => (inner === undefined ? 0 : (this.#depths.get(inner) ?? 0))))
    if (depth > DEEPEST) throw this.tooDeep()
    this.#depths.set(part, depth)
    return part
  }

  unexpected(wanted: string): Error {
    const { kind, start } = this.peek()
    const met = kind === 'end' ? 'the statement ends' : 'there is something else'
    return faultyStatement(`expected ${wanted}, but ${met}`, start)
  }

  tooDeep(): Error {
    return faultyStatement('the statement is nested too deeply', this.peek().start)
  }
}
