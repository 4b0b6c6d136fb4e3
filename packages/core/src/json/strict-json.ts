/** Deeper nesting than this is refused; nothing that is read here needs half of it. */
const MAX_DEPTH = 32

/** Members that reach an object's prototype when a parsed value is merged into another one. */
const FORBIDDEN_MEMBERS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

export type StrictJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string }

const refused = (reason: string): StrictJson => ({ ok: false, reason })

/** What of the platform's decoder is needed; it exists in Node and in every browser. */
declare const TextDecoder: new (
  label: 'utf-8',
  options: { fatal: true; ignoreBOM: true },
) => { decode(bytes: Uint8Array): string }
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads a JSON text as RFC 8259 writes it and as I-JSON (RFC 7493) narrows it: well-formed UTF-8 without a byte
 * order mark, every string text, every name once in its object, every number exactly a double. Two readers then cannot disagree on
 * what a text says. Members that could reach a prototype and nesting without end are refused too.
 */
export function parseStrictJson(bytes: Uint8Array): StrictJson {
  let text: string
  let value: unknown
  try {
    text = utf8.decode(bytes)
  } catch {
    return refused('The body is not UTF-8.')
  }
  if (opensOften(text) && nestsDeeply(text)) return refused(`The body is nested more than ${MAX_DEPTH} deep.`)
  try {
    value = JSON.parse(text)
  } catch {
    // The engine's message quotes the text, and the text may hold a secret.
    return refused('The body is not JSON.')
  }
  const reason = oddity(text, value)
  return reason === undefined ? { ok: true, value } : refused(reason)
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d

/** Whether there are brackets enough to nest too deeply: usually not, and then nobody needs to look closer. */
function opensOften(text: string): boolean {
  let count = 0
  for (const bracket of ['{', '['])
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1))
      if (++count > MAX_DEPTH) return true
  return false
}

/** Whether brackets outside strings nest too deeply. Runs before the parser, which recurses. */
function nestsDeeply(text: string): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at) - 1
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (++depth > MAX_DEPTH) return true
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--
  }
  return false
}

/** What is well-formed JSON and yet refused, `value` being what the text was parsed to. */
function oddity(text: string, value: unknown): string | undefined {
  const contents = { names: 0, mayHaveEscapes: text.includes('\\u') }
  const odd = oddityIn(value, contents)
  if (odd !== undefined) return odd
  // Of two members of one name the parser keeps one.
  return contents.names === countNames(text) ? undefined : 'The body has a member twice.'
}

interface Contents {
  names: number
  readonly mayHaveEscapes: boolean
}

function oddityIn(value: unknown, contents: Contents): string | undefined {
  if (typeof value === 'string') return contents.mayHaveEscapes && !isText(value) ? NOT_TEXT : undefined
  if (typeof value === 'number') return oddNumber(value)
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) return firstOddity(value, contents)
  const names = Object.keys(value)
  contents.names += names.length
  for (const name of names) {
    if (FORBIDDEN_MEMBERS.has(name)) return 'The body has a member that is not allowed.'
    if (contents.mayHaveEscapes && !isText(name)) return NOT_TEXT
  }
  return firstOddity(Object.values(value), contents)
}

function firstOddity(values: readonly unknown[], contents: Contents): string | undefined {
  for (const value of values) {
    const odd = oddityIn(value, contents)
    if (odd !== undefined) return odd
  }
  return undefined
}

const NOT_TEXT = 'The body has a character that is not text.'

/** A lone surrogate has no UTF-8, and NUL no place in a database's text; both can only come as an escape. */
function isText(string: string): boolean {
  return string.isWellFormed() && !string.includes('\0')
}

function oddNumber(number: number): string | undefined {
  if (!Number.isFinite(number)) return 'The body has a number out of range.'
  if (Number.isInteger(number) && !Number.isSafeInteger(number))
    return 'The body has an integer out of range.'
  return undefined
}

/** How many names the objects of a well-formed text have: one before each colon outside a string. */
function countNames(text: string): number {
  const isPlain = !text.includes('\\')
  let count = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === COLON) count++
    else if (code === QUOTE) at = isPlain ? text.indexOf('"', at + 1) : endOfString(text, at) - 1
  }
  return count
}

/** The place behind the closing quote; a string that never ends takes the rest. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return at + 1
    if (code === BACKSLASH) at++
  }
  return text.length
}
