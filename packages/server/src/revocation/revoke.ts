import type { Position, ReasonCode } from '@rescind/core/log'
import type { Actor, Authority } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { federationOfProvider } from '../federation/provider-keys/health.ts'
import { revokeProviderKeys } from '../federation/provider-keys/revoke.ts'
import { blockKey } from '../keys/blocked-keys.ts'
import { revokeSigningKey } from '../keys/signing-keys.ts'
import { findEntryAbout } from '../log/index.ts'
import type { WriteTx } from '../store/index.ts'
import { findKeyOwner } from '../store/queries/key-owners.ts'
import { findRevocationOfTarget } from '../store/queries/revocations.ts'
import type { AskedProvider, AskedTarget } from './ask.ts'
import { keepRevocation, type Recorded, recordRevocation } from './record.ts'
import { resolveTarget } from './resolve.ts'
import { type Target, targetKey } from './target.ts'

export interface RevocationRequest {
  readonly target: AskedTarget
  readonly reason: ReasonCode
  /** For people: a ticket, a sentence. */
  readonly note?: string
}

/**
 * Revokes what is asked for, whatever it covers, by one entry: the time that it takes does not depend on how many
 * tokens there are. When it resolves the revocation is durable, and every answer that any node of the authority
 * gives to a later request takes it into account.
 *
 * @throws DomainError `not_found`, `permission_denied`
 */
export async function revoke(
  authority: Authority,
  actor: Actor,
  request: RevocationRequest,
): Promise<Recorded> {
  const { target: asked, reason: code, note } = request
  if (asked.type === 'key') return revokeKey(authority, actor, asked.id, request)
  if (asked.type === 'identity_provider') return revokeProvider(authority, actor, asked, request)
  return authority.store.write(
    { organizationId: actor.organizationId },
    async (tx) => {
      const target = await resolveTarget(authority, tx, asked)
      return recordRevocation(authority, tx, actor, target, { code, ...(note === undefined ? {} : { note }) })
    },
    'urgent',
  )
}

/**
 * A key is more than a cutoff: it leaves its ring, is blocked for ever, and where it signs for an issuer another
 * one takes over in the same transaction. That is the rings' affair; the entry that they write is the revocation.
 */
async function revokeKey(
  authority: Authority,
  actor: Actor,
  thumbprint: string,
  { reason, note }: RevocationRequest,
): Promise<Recorded> {
  const scope = { organizationId: actor.organizationId }
  const text = note === undefined ? {} : { text: note }
  const owner = await authority.store.read(scope, (tx) => findKeyOwner(tx, thumbprint))
  if (owner?.type === 'issuer')
    await revokeSigningKey(authority, actor, owner.issuer, owner.kid, { code: reason, ...text })
  return authority.store.write(
    scope,
    async (tx) => {
      const target = await resolveTarget(authority, tx, { type: 'key', id: thumbprint })
      const known = await findRevocationOfTarget(tx, targetKey(target))
      if (known !== undefined) return { revocation: known, repeated: true }
      if (owner?.type !== 'issuer')
        await blockKey(tx, actor, {
          thumbprint,
          reason: { code: reason, ...text },
          cause: 'key.revocation_requested',
          at: authority.clock.now(),
        })
      const position = await positionOfKeyRevocation(tx, target)
      const why = { code: reason, ...(note === undefined ? {} : { note }) }
      return {
        revocation: await keepRevocation(authority, tx, actor, target, why, position),
        repeated: false,
      }
    },
    'urgent',
  )
}

/** The keys of a provider are revoked for every organization of its federation; this one's row is the answer. */
async function revokeProvider(
  authority: Authority,
  actor: Actor,
  { id, blockKids }: AskedProvider,
  { reason, note }: RevocationRequest,
): Promise<Recorded> {
  const federationId = await federationOfProvider(authority, id)
  const request = { reason, note, blockKids }
  const { revocations, repeated } = await revokeProviderKeys(authority, actor, federationId, id, request)
  const revocation = revocations.get(actor.organizationId)
  if (revocation === undefined) throw new DomainError('not_found', { type: 'identity_provider', id })
  return { revocation, repeated }
}

async function positionOfKeyRevocation(tx: WriteTx, target: Target): Promise<Position> {
  if (target.type !== 'key') throw new TypeError('not a key')
  const entry = await findEntryAbout(tx, 'key.revoked', { key: target.key })
  if (entry === undefined) throw new TypeError('a key was blocked without an entry')
  return entry.position
}
