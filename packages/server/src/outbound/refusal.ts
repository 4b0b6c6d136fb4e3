/**
 * Why a document was not fetched. `url`: the address is none that may be fetched. `address`: its host is, or leads
 * to, a network that may not be reached. `status`: another status than 200; a redirect is one. `type`: it is no
 * JSON. `encoding`: a content coding that nobody asked for. `size`, `time`: it is too large, or took too long.
 * `network`: there was no answer. `document`: it does not read as what it should be.
 */
export type FetchFailureCode =
  | 'url'
  | 'address'
  | 'status'
  | 'type'
  | 'encoding'
  | 'size'
  | 'time'
  | 'network'
  | 'document'

/** A document that could not be had. What the other side sent is not repeated. */
export class FetchFailed extends Error {
  readonly code: FetchFailureCode

  constructor(code: FetchFailureCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options)
    this.name = 'FetchFailed'
    this.code = code
  }
}
