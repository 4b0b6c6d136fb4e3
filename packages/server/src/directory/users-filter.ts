/**
 * The part of SCIM's filter language (RFC 7644 section 3.4.2.2) that searches for users: `eq ne sw co ew pr` on
 * texts, `eq ne gt ge lt le` on times, `and`, `or`, `not (…)`, parentheses. Operators in any case; `and` binds
 * tighter than `or`.
 */
export type UserFilter =
  | { readonly kind: 'and' | 'or'; readonly filters: readonly UserFilter[] }
  | { readonly kind: 'not'; readonly filter: UserFilter }
  | { readonly kind: 'present'; readonly attribute: NameAttribute }
  | ExactComparison
  | NameComparison
  | TimeComparison

/** Compared character by character. */
export interface ExactComparison {
  readonly kind: 'exact'
  readonly attribute: ExactAttribute
  readonly operator: 'eq' | 'ne'
  readonly value: string
}

/** Compared without case. */
export interface NameComparison {
  readonly kind: 'name'
  readonly attribute: NameAttribute
  readonly operator: 'eq' | 'ne' | 'sw' | 'co' | 'ew'
  readonly value: string
}

export interface TimeComparison {
  readonly kind: 'time'
  readonly attribute: TimeAttribute
  readonly operator: 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le'
  /** Milliseconds since the epoch. */
  readonly value: number
}

const EXACT = ['id', 'status'] as const
const NAMES = ['profile.login', 'profile.email', 'profile.firstName', 'profile.lastName'] as const
const TIMES = ['created', 'lastUpdated'] as const
export type ExactAttribute = (typeof EXACT)[number]
export type NameAttribute = (typeof NAMES)[number]
export type TimeAttribute = (typeof TIMES)[number]

export type ParsedFilter =
  | { readonly ok: true; readonly filter: UserFilter }
  | { readonly ok: false; readonly reason: string }

const MAX_LENGTH = 2_000
const MAX_DEPTH = 16
const MAX_COMPARISONS = 64

/** Reads a filter. Never throws: what is not one comes back with the reason, which quotes no value. */
export function parseUserFilter(text: string): ParsedFilter {
  if (text.length > MAX_LENGTH)
    return { ok: false, reason: `The expression is longer than ${MAX_LENGTH} characters.` }
  try {
    return { ok: true, filter: new Parser(text).parse() }
  } catch (error) {
    if (error instanceof NotAFilter) return { ok: false, reason: error.message }
    throw error
  }
}

class NotAFilter extends Error {}

interface Token {
  readonly kind: 'open' | 'close' | 'word' | 'text' | 'end'
  readonly text: string
  readonly at: number
}

const TOKEN =
  /\s*(?:(?<open>\()|(?<close>\))|(?<word>[A-Za-z][\w.]*)|(?<text>"(?:[^"\\]|\\.)*")|(?<end>$))/suy
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:\d\d)$/

class Parser {
  readonly #text: string
  #next: Token
  #comparisons = 0

  constructor(text: string) {
    this.#text = text
    this.#next = this.#token(0)
  }

  parse(): UserFilter {
    const filter = this.#or(0)
    this.#expect('end', 'the end')
    return filter
  }

  #or(depth: number): UserFilter {
    return this.#chain('or', () => this.#chain('and', () => this.#term(depth)))
  }

  #chain(kind: 'and' | 'or', operand: () => UserFilter): UserFilter {
    const first = operand()
    const filters = [first]
    while (this.#isWord(kind)) {
      this.#advance()
      filters.push(operand())
    }
    return filters.length === 1 ? first : { kind, filters }
  }

  #term(depth: number): UserFilter {
    if (depth > MAX_DEPTH) throw new NotAFilter(`The expression is nested more than ${MAX_DEPTH} deep.`)
    if (this.#isWord('not')) {
      this.#advance()
      if (this.#next.kind !== 'open') throw this.#unexpected('"("')
      return { kind: 'not', filter: this.#term(depth + 1) }
    }
    if (this.#next.kind !== 'open') return this.#comparison()
    this.#advance()
    const filter = this.#or(depth + 1)
    this.#expect('close', '")"')
    return filter
  }

  #comparison(): UserFilter {
    this.#comparisons += 1
    if (this.#comparisons > MAX_COMPARISONS)
      throw new NotAFilter(`The expression has more than ${MAX_COMPARISONS} comparisons.`)
    const attribute = this.#word('an attribute')
    const operator = this.#word('an operator').toLowerCase()
    const name = NAMES.find((known) => known === attribute)
    if (name !== undefined) return this.#compareName(name, operator)
    const time = TIMES.find((known) => known === attribute)
    if (time !== undefined) return this.#compareTime(time, operator)
    const exact = EXACT.find((known) => known === attribute)
    if (exact !== undefined) return this.#compareExact(exact, operator)
    throw new NotAFilter(`Users cannot be searched by the attribute before character ${this.#next.at + 1}.`)
  }

  #compareName(attribute: NameAttribute, operator: string): UserFilter {
    if (operator === 'pr') return { kind: 'present', attribute }
    const known = (['eq', 'ne', 'sw', 'co', 'ew'] as const).find((candidate) => candidate === operator)
    if (known === undefined) throw this.#wrongOperator(attribute)
    return { kind: 'name', attribute, operator: known, value: this.#value() }
  }

  #compareExact(attribute: ExactAttribute, operator: string): UserFilter {
    if (operator !== 'eq' && operator !== 'ne') throw this.#wrongOperator(attribute)
    return { kind: 'exact', attribute, operator, value: this.#value() }
  }

  #compareTime(attribute: TimeAttribute, operator: string): UserFilter {
    const known = (['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const).find((candidate) => candidate === operator)
    if (known === undefined) throw this.#wrongOperator(attribute)
    const text = this.#value()
    const value = ISO_TIME.test(text) ? Date.parse(text) : Number.NaN
    if (Number.isNaN(value)) throw new NotAFilter(`${attribute} is compared with a time as in ISO 8601.`)
    return { kind: 'time', attribute, operator: known, value }
  }

  #word(expected: string): string {
    return this.#expect('word', expected).text
  }

  #value(): string {
    const { text, at } = this.#expect('text', 'a value in double quotes')
    const value = readText(text)
    if (value === undefined) throw new NotAFilter(`The value at character ${at + 1} is not a JSON string.`)
    return value
  }

  #expect(kind: Token['kind'], expected: string): Token {
    if (this.#next.kind !== kind) throw this.#unexpected(expected)
    return this.#advance()
  }

  #isWord(word: string): boolean {
    return this.#next.kind === 'word' && this.#next.text.toLowerCase() === word
  }

  #advance(): Token {
    const token = this.#next
    this.#next = this.#token(token.at + token.text.length)
    return token
  }

  #token(from: number): Token {
    TOKEN.lastIndex = from
    const match = TOKEN.exec(this.#text)
    if (match === null) throw new NotAFilter(`Unexpected text at character ${from + 1}.`)
    const { open, close, word, text } = match.groups ?? {}
    const token = open ?? close ?? word ?? text ?? ''
    const at = from + match[0].length - token.length
    if (open !== undefined) return { kind: 'open', text: token, at }
    if (close !== undefined) return { kind: 'close', text: token, at }
    if (word !== undefined) return { kind: 'word', text: token, at }
    if (text !== undefined) return { kind: 'text', text: token, at }
    return { kind: 'end', text: token, at }
  }

  #unexpected(expected: string): NotAFilter {
    return new NotAFilter(`Expected ${expected} at character ${this.#next.at + 1}.`)
  }

  #wrongOperator(attribute: string): NotAFilter {
    return new NotAFilter(`The operator before character ${this.#next.at + 1} does not fit ${attribute}.`)
  }
}

/** A JSON string that a database can hold. */
function readText(literal: string): string | undefined {
  try {
    const value: unknown = JSON.parse(literal)
    return typeof value === 'string' && value.isWellFormed() && !value.includes('\0') ? value : undefined
  } catch {
    return undefined
  }
}
