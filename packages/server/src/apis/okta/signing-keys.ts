import { Type } from 'typebox'
import { DomainError } from '../../errors/index.ts'
import {
  rotateSigningKeys,
  type StoredSigningKey,
  type StoredSigningRing,
  signingRingOf,
} from '../../keys/signing-keys.ts'
import { link, ServerKeyPath, ServerPath, serverHref } from './authorization-server-parts.ts'
import { RequestRefused } from './request-refused.ts'
import type { OktaCall, OktaResource } from './route.ts'

const about = 'rotateKeys'
const Rotation = Type.Object({ use: Type.Optional(Type.Unknown()) })

export type ShownStatus = 'ACTIVE' | 'NEXT' | 'EXPIRED'
export interface ShownSigningKey {
  readonly key: StoredSigningKey
  readonly status: ShownStatus
}

/** `/authorizationServers/{id}/credentials`: the keys by which it signs, addressed by kid. */
export const signingKeys: OktaResource = (okta, authority) => {
  okta.route('GET /authorizationServers/{authServerId}/credentials/keys', {
    requires: 'okta.authorizationServers.read',
    about,
    params: ServerPath,
    run: ({ actor, params }) => signingRingOf(authority, actor.organizationId, customOnly(actor, params)),
    answer: representAll,
  })

  okta.route('GET /authorizationServers/{authServerId}/credentials/keys/{keyId}', {
    requires: 'okta.authorizationServers.read',
    about,
    params: ServerKeyPath,
    async run({ actor, params }) {
      const ring = await signingRingOf(authority, actor.organizationId, customOnly(actor, params))
      const shown = shownKeys(ring).find(({ key }) => key.kid === params.keyId)
      if (shown === undefined) throw new DomainError('not_found', { type: 'signing_key', id: params.keyId })
      return shown
    },
    answer: (shown, { params, publicUrl }) => represent(shown, params.authServerId, publicUrl),
  })

  okta.route('POST /authorizationServers/{authServerId}/credentials/lifecycle/keyRotate', {
    requires: 'okta.authorizationServers.manage',
    about,
    params: ServerPath,
    body: Rotation,
    run({ actor, params, body }) {
      if (body.use !== 'sig') throw new RequestRefused(WRONG_USE)
      return rotateSigningKeys(authority, actor, customOnly(actor, params))
    },
    answer: representAll,
  })
}

const WRONG_USE = {
  code: 'E0000001',
  about,
  causes: ["Invalid value specified for key 'use' parameter"],
} as const

/** The organization's own authorization server is none of this API's, though its ring has an address too. */
function customOnly(
  actor: { readonly organizationId: string },
  { authServerId }: { readonly authServerId: string },
): string {
  if (authServerId !== actor.organizationId) return authServerId
  throw new DomainError('not_found', { type: 'authorization_server', id: authServerId })
}

/**
 * The keys as Okta shows them: ACTIVE, NEXT, then those EXPIRED that are still published. A rotation that was
 * asked for before verifiers could know NEXT is shown as done; the old key signs until they do.
 */
export function shownKeys(ring: StoredSigningRing): ShownSigningKey[] {
  const isRotating = ring.rotateAt !== null && ring.keys.some((key) => key.status === 'NEXT')
  const shown = ring.keys.flatMap((key) => {
    const status = shownStatus(key, isRotating)
    return status === undefined ? [] : [{ key, status }]
  })
  const order: readonly ShownStatus[] = ['ACTIVE', 'NEXT', 'EXPIRED']
  return shown.sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status))
}

function shownStatus(key: StoredSigningKey, isRotating: boolean): ShownStatus | undefined {
  if (key.status === 'REVOKED' || key.withdrawnAt !== null) return undefined
  if (!isRotating || key.status === 'EXPIRED') return key.status
  return key.status === 'ACTIVE' ? 'EXPIRED' : 'ACTIVE'
}

function representAll(
  ring: StoredSigningRing,
  { publicUrl, params }: Pick<OktaCall<{ readonly authServerId: string }>, 'publicUrl' | 'params'>,
) {
  return shownKeys(ring).map((shown) => represent(shown, params.authServerId, publicUrl))
}

function represent({ key, status }: ShownSigningKey, authServerId: string, publicUrl: string) {
  const { kid, algorithm: alg, publicJwk: jwk } = key
  const self = link(serverHref(publicUrl, authServerId, 'credentials', 'keys', kid), 'GET')
  const common = { status, alg, kid, use: 'sig', _links: { self } }
  switch (jwk.kty) {
    case 'RSA':
      return { kty: jwk.kty, ...common, e: jwk.e, n: jwk.n }
    case 'EC':
      return { kty: jwk.kty, ...common, crv: jwk.crv, x: jwk.x, y: jwk.y }
    case 'OKP':
      return { kty: jwk.kty, ...common, crv: jwk.crv, x: jwk.x }
  }
}
