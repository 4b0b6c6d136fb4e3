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

/** What a token may be, by its first character. Sticky, and without a way to back-track for long. */
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
 * Cuts a statement into tokens, in one pass, and no further than somebody reads: what makes no sense from its
 * beginning costs no more than that beginning. The last is `end`.
 *
 * @throws DomainError `sql_invalid`
 */
export function* tokensOf(text: string): Generator<Token, void> {
  let at = 0
  let tokens = 0
  while (at < text.length) {
    const end = skipped(text, at)
    if (end > at) {
      at = end
      continue
    }
    const token = tokenAt(text, at)
    tokens += 1
    if (tokens > MOST_TOKENS) throw faultyStatement('the statement has too many words', at)
    yield token
    at = token.end
  }
  yield { kind: 'end', value: '', start: text.length, end: text.length }
}

/** The end of the white space or comment that begins here. */
function skipped(text: string, at: number): number {
  switch (text[at]) {
    case '-':
      return at + (matchAt(LINE_COMMENT, text, at)?.length ?? 0)
    case '/':
      return text[at + 1] === '*' && text[at + 2] !== '+' ? endOfComment(text, at) : at
    default:
      return at + (matchAt(BLANK, text, at)?.length ?? 0)
  }
}

function endOfComment(text: string, at: number): number {
  const end = text.indexOf('*/', at + 2)
  if (end < 0) throw faultyStatement('a comment does not end', at)
  return end + 2
}

function tokenAt(text: string, start: number): Token {
  const first = text[start] ?? ''
  if (first === "'") return quoted('text', text, start, "'")
  if (first === '"') return quoted('quoted', text, start, '"')
  if (first === '/' && text.startsWith('/*+', start)) {
    const end = endOfComment(text, start)
    return { kind: 'hint', value: text.slice(start + 3, end - 2).trim(), start, end }
  }
  if (/[A-Za-z_]/.test(first)) return needToken('word', WORD, text, start)
  if (/[0-9]/.test(first) || (first === '.' && /[0-9]/.test(text[start + 1] ?? ''))) {
    const number = needToken('number', NUMBER, text, start)
    if (matchAt(WORD, text, number.end) === undefined) return number
    throw faultyStatement('a number runs into a word', start)
  }
  if (first === '$') return withoutSign(needToken('parameter', PARAMETER, text, start))
  if (first === '@')
    return text[start + 1] === '@'
      ? withoutSign(needToken('payload', PAYLOAD, text, start))
      : withoutSign(needToken('variable', VARIABLE, text, start))
  if (first === '`') throw faultyStatement('names are quoted by the double quote', start)
  if (first === '?') throw faultyStatement('parameters are written $1, $2, …', start)
  return needToken('symbol', SYMBOL, text, start)
}

function needToken(kind: TokenKind, pattern: RegExp, text: string, start: number): Token {
  const value = matchAt(pattern, text, start)
  if (value === undefined) throw faultyStatement('there is a character that has no meaning here', start)
  return { kind, value, start, end: start + value.length }
}

function withoutSign(token: Token): Token {
  return { ...token, value: token.value.replace(/^[@$]+/, '') }
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
