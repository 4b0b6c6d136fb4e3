import { type Html, html } from './html.ts'

/** Longer names are cut: what identifies must fit beside what is decided about it. Characters. */
const LONGEST = 80

/**
 * Control characters, and those that turn the direction of writing: with them a name could show itself, or the words
 * around it, as something else (Unicode Technical Report 36, section 2.6).
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const DECEPTIVE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/** A name that somebody else chose, as it may be shown: on one line, in its own direction, of bounded length. */
export function name(given: string): Html {
  return html`<bdi>${nameText(given)}</bdi>`
}

/** The same without the element around it, for a page's title. */
export function nameText(given: string): string {
  const characters = [...given.slice(0, 4 * LONGEST).replaceAll(DECEPTIVE, '\ufffd')]
  return characters.length <= LONGEST ? characters.join('') : `${characters.slice(0, LONGEST - 1).join('')}…`
}
