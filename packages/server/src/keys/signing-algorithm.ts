import { type Actor, type Authority, entryActor } from '../authority/index.ts'
import { requireIssuer } from '../directory/issuer.ts'
import { DomainError } from '../errors/index.ts'
import { append } from '../log/index.ts'
import { advanceSigningRing } from '../store/queries/signing-keys.ts'
import type { SigningAlgorithm } from './signing-key-material.ts'
import { forgetIssuer } from './signing-keys-memory.ts'
import { requireSigningRing, type StoredSigningRing } from './signing-ring.ts'

/**
 * Chooses the algorithm of the keys that are made from now on. The keys that are published already stay what they
 * are and take their turn, so verifiers meet no key that they had no time to see: the new algorithm signs after
 * the NEXT key has had its turn, or at once where no key was ever made.
 *
 * @returns the ring; its keys say which algorithm signs now
 * @throws DomainError not_found
 */
export async function setSigningAlgorithm(
  authority: Authority,
  actor: Actor,
  issuerId: string,
  algorithm: SigningAlgorithm,
): Promise<StoredSigningRing> {
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    const issuer = await requireIssuer(authority, tx, issuerId)
    const ring = await requireSigningRing(tx, issuerId)
    if (ring.algorithm === algorithm) return ring
    if (!(await advanceSigningRing(tx, { issuer_id: issuerId, version: ring.version }, { algorithm })))
      throw new DomainError('store_unavailable')
    await append(
      tx,
      {
        kind: 'issuer.updated',
        subject: { issuer: issuer.url, authorization_server: issuerId },
        actor: entryActor(actor),
        cause: 'issuer.signing_algorithm_chosen',
        data: { signingAlgorithm: algorithm },
      },
      authority.clock.now(),
    )
    tx.afterCommit(() => forgetIssuer(authority, issuerId))
    return { ...ring, algorithm, version: ring.version + 1 }
  })
}
