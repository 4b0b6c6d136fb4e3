/**
 * Whether a client that sends this `If-None-Match` has the representation already (RFC 9110 section 13.1.2):
 * `*`, or one of the tags by weak comparison.
 *
 * @param etag the strong tag of what would be sent
 */
export function hasAlready(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  if (header === etag || header === '*') return true
  // An opaque tag may hold a comma, ours never does: a part that is cut out of another tag cannot equal it.
  return header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
}
