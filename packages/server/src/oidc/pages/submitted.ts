import type { IncomingHttpHeaders } from 'node:http'

/** The longest body of a form, in bytes. */
export const FORM_LIMIT = 16_384

/**
 * Whether a form was sent from a page of this origin. Browsers say so in `Sec-Fetch-Site`, which no page can forge
 * (Fetch Metadata section 2.4); one that does not know it must name our origin in `Origin`. A request that says
 * neither is refused.
 *
 * @param origin of the pages, e.g. `https://id.example.com`
 */
export function isFromOurPage(headers: IncomingHttpHeaders, origin: string): boolean {
  const site = headers['sec-fetch-site']
  // Our pages send no referrer, so their forms have the origin `null`, and only this header tells.
  if (site !== undefined) return site === 'same-origin'
  return headers.origin === origin
}

/** The fields of a form; one that came twice is none, so that no two readers can see different values. */
export class Submitted {
  readonly #fields: URLSearchParams

  constructor(body: string) {
    this.#fields = new URLSearchParams(body)
  }

  /** The field's value, empty where it is missing or longer than `limit` characters. */
  field(name: string, limit = 512): string {
    const [value = '', ...others] = this.#fields.getAll(name)
    return others.length === 0 && value.length <= limit ? value : ''
  }
}
