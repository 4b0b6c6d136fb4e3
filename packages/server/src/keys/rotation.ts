import { setTimeout as sleep } from 'node:timers/promises'
import type { Authority } from '../authority/index.ts'
import { SYSTEM } from '../store/index.ts'
import { listSigningRings } from '../store/queries/signing-keys.ts'
import { maintainSigningRing } from './signing-keys.ts'

/** How often the rings are looked through. A ring is never late by more, and nothing depends on its being early. */
const INTERVAL = 30_000

/**
 * Rotates the signing keys of every issuer when their time has come, until `signal` ends it. Several nodes may
 * run it: each ring is judged inside its transaction, so that a second node finds nothing due. A ring that fails
 * is logged and tried again at the next turn; the others go on.
 *
 * @returns once the job has stopped, nothing of it running
 */
export async function startRotation(authority: Authority, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await rotateDue(authority, signal)
    await sleep(INTERVAL, undefined, { signal, ref: false }).catch(() => undefined)
  }
}

/** One turn of the job: every ring of the installation that has something due. */
export async function rotateDue(authority: Authority, signal?: AbortSignal): Promise<void> {
  try {
    const rings = await authority.store.read(SYSTEM, listSigningRings)
    for (const { organization_id, issuer_id } of rings) {
      if (signal?.aborted) return
      await maintain(authority, organization_id, issuer_id)
    }
  } catch (cause) {
    authority.logger.error({ err: cause }, 'the rings of signing keys could not be listed')
  }
}

async function maintain(authority: Authority, organizationId: string, issuerId: string): Promise<void> {
  try {
    await maintainSigningRing(authority, organizationId, issuerId)
  } catch (cause) {
    authority.logger.error({ err: cause, issuer: issuerId }, 'a ring of signing keys could not be maintained')
  }
}
