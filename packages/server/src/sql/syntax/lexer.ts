import { faultyStatement } from './sql-fault.ts'

export type TokenKind =
  | 'word'
  | 'quoted'
  | 'text'
  | 'number'
  | 'parameter'
  | 'variable'
  | 'payload'
  | 'hint'
  | 'symbol'
  | 'end'

export interface Token {
  readonly kind: TokenKind
  /** What it means: without its quotes; a symbol or an unquoted word as it stands. */
  readonly value: string
  /** Where it begins and ends in the statement. */
  readonly start: number
  readonly end: number
}

/** One token at a time, in the order in which they are tried. Sticky, and without a way to back-track for long. */
const BLANK = /\s+/y
const LINE_COMMENT = /--[^\n]*/y
const WORD = /[A-Za-z_][A-Za-z0-9_$]*/y
const NUMBER = /(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/y
const PARAMETER = /\$([1-9][0-9]{0,3})/y
const PAYLOAD = /@@[A-Za-z_][A-Za-z0-9_]*/y
const VARIABLE = /@[A-Za-z_][A-Za-z0-9_]*/y
const SYMBOL = /->>|->|<>|!=|<=|>=|\|\||::|[-+*/%=<>(),.;]/y

const MOST_TOKENS = 20_000

/**
 * Cuts a statement into tokens, in one pass.
 *
 * @throws DomainError `sql_invalid`
 */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const end = skipped(text, at)
    if (end > at) {
      at = end
      continue
    }
    const token = tokenAt(text, at)
    if (tokens.push(token) > MOST_TOKENS) throw faultyStatement('the statement has too many words', at)
    at = token.end
  }
  tokens.push({ kind: 'end', value: '', start: text.length, end: text.length })
  return tokens
}

/** The end of the white space or comment that begins here. */
function skipped(text: string, at: number): number {
  const blank = matchAt(BLANK, text, at) ?? matchAt(LINE_COMMENT, text, at)
  if (blank !== undefined) return at + blank.length
  if (!text.startsWith('/*', at) || text.startsWith('/*+', at)) return at
  return endOfComment(text, at)
}

function endOfComment(text: string, at: number): number {
  const end = text.indexOf('*/', at + 2)
  if (end < 0) throw faultyStatement('a comment does not end', at)
  return end + 2
}

function tokenAt(text: string, start: number): Token {
  if (text.startsWith('/*+', start)) {
    const end = endOfComment(text, start)
    return { kind: 'hint', value: text.slice(start + 3, end - 2).trim(), start, end }
  }
  const first = text[start]
  if (first === "'") return quoted('text', text, start, "'")
  if (first === '"') return quoted('quoted', text, start, '"')
  const kinds = [
    ['word', WORD],
    ['number', NUMBER],
    ['parameter', PARAMETER],
    ['payload', PAYLOAD],
    ['variable', VARIABLE],
    ['symbol', SYMBOL],
  ] as const
  for (const [kind, pattern] of kinds) {
    const value = matchAt(pattern, text, start)
    if (value === undefined) continue
    const end = start + value.length
    if (kind === 'number' && matchAt(WORD, text, end) !== undefined)
      throw faultyStatement('a number runs into a word', start)
    const meaning =
      kind === 'word' || kind === 'number' || kind === 'symbol' ? value : value.replace(/^[@$]+/, '')
    return { kind, value: meaning, start, end }
  }
  if (first === '`') throw faultyStatement('names are quoted by the double quote', start)
  if (first === '?') throw faultyStatement('parameters are written $1, $2, …', start)
  throw faultyStatement('there is a character that has no meaning here', start)
}

/** A quote inside is written twice. */
function quoted(kind: 'text' | 'quoted', text: string, start: number, quote: string): Token {
  const parts: string[] = []
  let from = start + 1
  for (;;) {
    const end = text.indexOf(quote, from)
    if (end < 0) throw faultyStatement('a quote does not end', start)
    parts.push(text.slice(from, end))
    from = end + 1
    if (text[from] !== quote) break
    parts.push(quote)
    from += 1
  }
  const value = parts.join('')
  // No database keeps one in a text, and no engine agrees with another on what comes after.
  if (value.includes('\0')) throw faultyStatement('there is a NUL character', start)
  if (kind === 'quoted' && value === '') throw faultyStatement('a name is empty', start)
  return { kind, value, start, end: from }
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}
