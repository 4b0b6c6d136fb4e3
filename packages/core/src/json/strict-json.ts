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
  if (nestsDeeply(text)) return refused(`The body is nested more than ${MAX_DEPTH} deep.`)
  try {
    value = JSON.parse(text)
  } catch {
    // The engine's message quotes the text, and the text may hold a secret.
    return refused('The body is not JSON.')
  }
  const reason = oddity(text)
  return reason === undefined ? { ok: true, value } : refused(reason)
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const MINUS = 0x2d

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

/** What is well-formed JSON and yet refused; the text has been parsed, so brackets and quotes match. */
function oddity(text: string): string | undefined {
  // The names met so far in each object that is open; nothing for an array.
  const open: (Set<string> | undefined)[] = []
  let stringStart = 0
  let stringEnd = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      stringStart = at
      stringEnd = endOfString(text, at)
      at = stringEnd - 1
      const isEscaped = text.slice(stringStart, stringEnd).includes('\\u')
      if (isEscaped && !isText(text.slice(stringStart, stringEnd)))
        return 'The body has a character that is not text.'
    } else if (code === OPEN_BRACE) open.push(new Set())
    else if (code === OPEN_BRACKET) open.push(undefined)
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) open.pop()
    else if (code === COLON) {
      const name = decoded(text.slice(stringStart, stringEnd))
      if (FORBIDDEN_MEMBERS.has(name)) return 'The body has a member that is not allowed.'
      const known = open.at(-1)
      if (known?.has(name)) return 'The body has a member twice.'
      known?.add(name)
    } else if (code === MINUS || (code >= 0x30 && code <= 0x39)) {
      const end = endOfNumber(text, at)
      const number = Number(text.slice(at, end))
      if (!Number.isFinite(number)) return 'The body has a number out of range.'
      if (Number.isInteger(number) && !Number.isSafeInteger(number))
        return 'The body has an integer out of range.'
      at = end - 1
    }
  }
  return undefined
}

/** A lone surrogate has no UTF-8, and NUL no place in a database's text; both can only come as an escape. */
function isText(string: string): boolean {
  const value = decoded(string)
  return value.isWellFormed() && !value.includes('\0')
}

/** The value of a string with its quotes. */
function decoded(string: string): string {
  return string.includes('\\') ? String(JSON.parse(string)) : string.slice(1, -1)
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

/** The place behind a number: digits, signs, a point, an exponent. */
function endOfNumber(text: string, start: number): number {
  let at = start + 1
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const isPart =
      (code >= 0x30 && code <= 0x39) ||
      code === MINUS ||
      code === 0x2b ||
      code === 0x2e ||
      code === 0x45 ||
      code === 0x65
    if (!isPart) break
  }
  return at
}
