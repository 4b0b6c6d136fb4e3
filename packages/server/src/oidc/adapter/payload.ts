import type { AdapterPayload } from 'oidc-provider'

/**
 * A payload that the library wrote, read back. The text comes from our own store and from nowhere else; the
 * library checks what it holds.
 */
export function readPayload(text: string): AdapterPayload {
  const payload: unknown = JSON.parse(text)
  if (!isObject(payload)) throw new TypeError('a stored payload of the OpenID library is no object')
  return payload
}

function isObject(value: unknown): value is AdapterPayload {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
