import { DomainError } from '../errors/index.ts'

/** What a statement may carry: integers, text and bytes, the same on both databases. */
export type Bindable = null | string | number | bigint | Uint8Array

/**
 * Checks a parameter before a driver sees it. `node:sqlite` would bind a Date or a boolean silently as NULL and
 * `pg` would write a fraction into text; both differ in what they do with NUL and with lone surrogates, so text
 * that has no single UTF-8 form is refused as bad input.
 *
 * @throws TypeError for a type that the schema does not keep
 * @throws DomainError `invalid_request` for text with NUL or a lone surrogate
 */
export function bindable(value: unknown): Bindable {
  if (value === null || typeof value === 'bigint' || value instanceof Uint8Array) return value
  if (typeof value === 'string') {
    if (value.includes('\0') || !value.isWellFormed()) throw new DomainError('invalid_request')
    return value
  }
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return value
    throw new TypeError(`the store keeps integers only, not ${value}`)
  }
  throw new TypeError(`a ${value instanceof Date ? 'Date' : typeof value} cannot be bound to a statement`)
}
