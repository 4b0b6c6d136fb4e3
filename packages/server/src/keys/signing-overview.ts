import type { SigningKeyStatus } from '@rescind/core/keys'
import type { Actor, Authority } from '../authority/index.ts'
import { findIssuer } from '../directory/issuer.ts'
import { listAuthorizationServers } from '../store/queries/authorization-servers.ts'
import { nextRotationOf } from './signing-keys.ts'
import { loadSigningRing, type RotationMode } from './signing-ring.ts'

/** More issuers than these a person does not look at in one place. */
const MOST_ISSUERS = 100

/** One issuer's signing at a glance. Times are milliseconds since the epoch. */
export interface IssuerSigning {
  readonly issuerId: string
  /** Of the authorization server; null for the organization's own. */
  readonly name: string | null
  readonly issuer: string
  readonly rotationMode: RotationMode
  readonly activeKid: string | null
  readonly activeSince: number | null
  readonly nextRotation: number | null
}

export interface SigningOverview {
  /** Keys that have not left for good, by status. */
  readonly keys: Readonly<Record<SigningKeyStatus, number>>
  readonly issuers: readonly IssuerSigning[]
}

/** What signs for the organization now. Reads what there is, and makes no first keys. */
export function signingOverview(authority: Authority, { organizationId }: Actor): Promise<SigningOverview> {
  return authority.store.read({ organizationId }, async (tx) => {
    const servers = await listAuthorizationServers(tx, { limit: MOST_ISSUERS })
    const keys = { NEXT: 0, ACTIVE: 0, EXPIRED: 0, REVOKED: 0 }
    const issuers: IssuerSigning[] = []
    for (const { id, name } of [{ id: organizationId, name: null }, ...servers]) {
      const [issuer, ring] = [await findIssuer(authority, tx, id), await loadSigningRing(tx, id)]
      if (issuer === undefined || ring === undefined) continue
      for (const { status, withdrawnAt } of ring.keys)
        if (withdrawnAt === null || status === 'REVOKED') keys[status] += 1
      const active = ring.keys.find(({ status }) => status === 'ACTIVE')
      issuers.push({
        issuerId: id,
        name,
        issuer: issuer.url,
        rotationMode: ring.rotationMode,
        activeKid: active?.kid ?? null,
        activeSince: active?.activatedAt ?? null,
        nextRotation: active === undefined ? null : nextRotationOf(ring),
      })
    }
    return { keys, issuers }
  })
}
