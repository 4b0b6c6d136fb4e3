/** Deeper nesting than this is refused; no operation of any dialect needs half of it. */
const MAX_DEPTH = 32

/** Members that reach an object's prototype when a parsed value is merged into another one. */
const FORBIDDEN_MEMBERS = new Set(['__proto__', 'constructor', 'prototype'])

export type StrictJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string }

const refused = (reason: string): StrictJson => ({ ok: false, reason })

/**
 * Reads a JSON text as RFC 8259 writes it and as I-JSON (RFC 7493) narrows it: well-formed UTF-8 without a byte
 * order mark, every string text, every name once in its object, every number exactly a double. Two readers then cannot disagree on
 * what a body says. Members that could reach a prototype and nesting without end are refused too.
 */
export function parseStrictJson(bytes: Uint8Array): StrictJson {
  let text: string
  let value: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return refused('The body is not UTF-8.')
  }
  const nesting = deepest(text)
  if (nesting > MAX_DEPTH) return refused(`The body is nested more than ${MAX_DEPTH} deep.`)
  try {
    value = JSON.parse(text)
  } catch {
    // The engine's message quotes the text, and the text may hold a secret.
    return refused('The body is not JSON.')
  }
  return oddity(text) ?? { ok: true, value }
}

/** The deepest nesting of brackets outside strings. Runs before the parser, which recurses. */
function deepest(text: string): number {
  let depth = 0
  let max = 0
  for (const { mark } of tokens(text)) {
    if (mark === '{' || mark === '[') max = Math.max(max, ++depth)
    else if (mark === '}' || mark === ']') depth -= 1
  }
  return max
}

/** What is well-formed JSON and yet refused; `text` has been parsed, so brackets and quotes match. */
function oddity(text: string): StrictJson | undefined {
  const names: (Set<string> | undefined)[] = []
  let string: string | undefined
  for (const { mark, start, end } of tokens(text)) {
    if (mark === '{') names.push(new Set())
    else if (mark === '[') names.push(undefined)
    else if (mark === '}' || mark === ']') names.pop()
    else if (mark === '"') {
      string = text.slice(start, end)
      if (string.includes('\\u') && !isStorable(string))
        return refused('The body has a character that is not text.')
    } else if (mark === ':' && string !== undefined) {
      const name = decoded(string)
      if (FORBIDDEN_MEMBERS.has(name)) return refused('The body has a member that is not allowed.')
      const known = names.at(-1)
      if (known?.has(name)) return refused('The body has a member twice.')
      known?.add(name)
    } else if (mark === '0') {
      const number = Number(text.slice(start, end))
      if (!Number.isFinite(number)) return refused('The body has a number out of range.')
      if (Number.isInteger(number) && !Number.isSafeInteger(number))
        return refused('The body has an integer out of range.')
    }
  }
  return undefined
}

/** A lone surrogate has no UTF-8, and NUL no place in a database's text; both can only come as an escape. */
function isStorable(string: string): boolean {
  const value = decoded(string)
  return value.isWellFormed() && !value.includes('\0')
}

function decoded(string: string): string {
  return String(JSON.parse(string))
}

interface Token {
  /** The bracket, colon or quote itself; `0` for a number. */
  readonly mark: string
  readonly start: number
  readonly end: number
}

const NUMBER = /-?\d[\d.eE+-]*/y

/** Every step moves on, so the time is linear in the text, whatever the text. */
function* tokens(text: string): Generator<Token> {
  let at = 0
  while (at < text.length) {
    const start = at
    const first = text.charAt(at)
    if (first === '"') {
      at = endOfString(text, at)
      yield { mark: '"', start, end: at }
    } else if ('{}[]:'.includes(first)) {
      at += 1
      yield { mark: first, start, end: at }
    } else if (first === '-' || (first >= '0' && first <= '9')) {
      NUMBER.lastIndex = at
      at = NUMBER.test(text) ? NUMBER.lastIndex : at + 1
      yield { mark: '0', start, end: at }
    } else at += 1
  }
}

/** The place behind the closing quote; a string that never ends takes the rest. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text.charAt(at)
    if (character === '"') return at + 1
    if (character === '\\') at += 1
  }
  return text.length
}
