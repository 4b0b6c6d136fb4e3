/** A piece of HTML. Only `html` makes one, so whatever else is put into a page is text and is escaped. */
export class Html {
  readonly #source: string
  static #key = Symbol('made by html')

  constructor(key: symbol, source: string) {
    if (key !== Html.#key) throw new TypeError('HTML is made by the template alone')
    this.#source = source
  }

  static join(literals: readonly string[], values: readonly Interpolated[]): Html {
    return new Html(
      Html.#key,
      literals.reduce((source, literal, index) => source + sourceOf(values[index - 1]) + literal),
    )
  }

  toString(): string {
    return this.#source
  }
}

/** What may stand in a template: text, which is escaped; pieces of HTML, which are not; nothing. */
export type Interpolated = string | number | Html | readonly Html[] | undefined

/**
 * A template of HTML that escapes every value, for element content and for attributes in double quotes alike. There
 * is no way round it: no value is taken for HTML that `html` has not made. Values must not stand in a tag's name, in
 * an attribute without quotes, in a script or a style; the pages have none of those.
 */
export function html(literals: TemplateStringsArray, ...values: readonly Interpolated[]): Html {
  return Html.join(literals, values)
}

function sourceOf(value: Interpolated): string {
  if (value === undefined) return ''
  if (typeof value === 'string') return escapeText(value)
  if (typeof value === 'number') return String(value)
  return value instanceof Html ? value.toString() : value.join('')
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
}

function escapeText(text: string): string {
  return text.replaceAll(/[&<>"'`]/g, (character) => ESCAPES[character] ?? '')
}
