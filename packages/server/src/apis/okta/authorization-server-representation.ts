import { nextRotationOf, policyOf } from '../../keys/signing-keys.ts'
import type { StoredSigningRing } from '../../keys/signing-ring.ts'
import { link, serverHref } from './authorization-server-parts.ts'
import type { ShownServer } from './authorization-servers.ts'
import { shownKeys } from './signing-keys.ts'
import { oktaTime } from './times.ts'

/** An authorization server in the members and the order of Okta's recorded responses. */
export function representServer({ server, ring, encryptionKeys }: ShownServer, publicUrl: string) {
  const { id, name, description, audiences, issuer, issuerMode, status, encryptionAlg, jwksUri } = server
  const keys = encryptionKeys.map((key) => {
    const { kty, e, n } = key.jwk
    return { kty, id: key.id, status: key.status, kid: key.kid, use: 'enc', e, n }
  })
  return {
    id,
    name,
    description,
    audiences,
    issuer,
    issuerMode,
    status,
    created: oktaTime(server.createdAt),
    lastUpdated: oktaTime(server.updatedAt),
    credentials: { signing: signing(ring) },
    ...(encryptionAlg !== null && { accessTokenEncryptedResponseAlgorithm: encryptionAlg }),
    ...(keys.length > 0 && { jwks: { keys } }),
    ...(jwksUri !== null && { jwks_uri: jwksUri }),
    default: id === 'default',
    _links: links(id, status, issuer, publicUrl),
  }
}

function signing(ring: StoredSigningRing) {
  const { rotationMode, rotateAt } = ring
  const active = shownKeys(ring).find(({ status }) => status === 'ACTIVE')?.key
  // A key that is shown ACTIVE ahead of its time begins to sign at `rotateAt`.
  const lastRotated = (active?.status === 'NEXT' ? rotateAt : active?.activatedAt) ?? active?.publishedAt ?? 0
  const kid = active?.kid
  if (rotationMode === 'MANUAL') return { kid, rotationMode, lastRotated: oktaTime(lastRotated) }
  const scheduled = rotateAt === null ? nextRotationOf(ring) : null
  const nextRotation = scheduled ?? lastRotated + policyOf(ring).rotationInterval
  return { kid, rotationMode, lastRotated: oktaTime(lastRotated), nextRotation: oktaTime(nextRotation) }
}

function links(id: string, status: 'ACTIVE' | 'INACTIVE', issuer: string, publicUrl: string) {
  const href = (...parts: readonly string[]) => serverHref(publicUrl, id, ...parts)
  const metadata = ['oauth-authorization-server', 'openid-configuration'].map((name) => ({
    name,
    ...link(`${issuer}/.well-known/${name}`, 'GET'),
  }))
  const step = status === 'ACTIVE' ? 'deactivate' : 'activate'
  return {
    rotateKey: link(href('credentials', 'lifecycle', 'keyRotate'), 'POST'),
    metadata,
    resourceServerCredentialsKeys: link(href('resourceservercredentials', 'keys'), 'GET'),
    keys: link(href('credentials', 'keys'), 'GET'),
    claims: link(href('claims'), 'GET', 'POST'),
    policies: link(href('policies'), 'GET', 'POST'),
    self: link(href(), 'GET', 'DELETE', 'PUT'),
    scopes: link(href('scopes'), 'GET', 'POST'),
    [step]: link(href('lifecycle', step), 'POST'),
  }
}
