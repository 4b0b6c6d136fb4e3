import type { ClientKey } from '../../keys/client-key.ts'
import { oktaTime } from './times.ts'

/** A key at `/credentials/jwks`, its members in Okta's order. */
export function showClientKey(key: ClientKey, publicUrl: string) {
  return {
    kty: key.material.kty,
    id: key.id,
    created: oktaTime(key.createdAt),
    lastUpdated: oktaTime(key.updatedAt),
    status: key.status,
    ...shownAlg(key),
    kid: key.kid,
    use: key.use,
    _links: lifecycleLinks(
      `${publicUrl}/api/v1/apps/${key.applicationId}/credentials/jwks/${key.id}`,
      key.status,
    ),
    ...coordinates(key),
  }
}

/** The same key inside its application: without times and links. */
export function showKeyOfApplication(key: ClientKey) {
  const { id, status, kid, use } = key
  return { kty: key.material.kty, id, status, ...shownAlg(key), kid, use, ...coordinates(key) }
}

/** What may be done next: an active one is deactivated, an inactive one activated or deleted. Never a `self`. */
export function lifecycleLinks(href: string, status: 'ACTIVE' | 'INACTIVE') {
  const post = (verb: string) => ({ href: `${href}/lifecycle/${verb}`, hints: { allow: ['POST'] } })
  return status === 'ACTIVE'
    ? { deactivate: post('deactivate') }
    : { activate: post('activate'), delete: { href, hints: { allow: ['DELETE'] } } }
}

/** Okta shows the algorithm of signing keys only. */
function shownAlg({ alg, use }: ClientKey) {
  return alg === null || use === 'enc' ? {} : { alg }
}

function coordinates({ material }: ClientKey) {
  switch (material.kty) {
    case 'RSA':
      return { e: material.e, n: material.n }
    case 'EC':
      return { x: material.x, y: material.y, crv: material.crv }
    case 'OKP':
      return { x: material.x, crv: material.crv }
  }
}
