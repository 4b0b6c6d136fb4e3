import { setImmediate } from 'node:timers/promises'
import {
  CLIENT_KEY_LIMIT,
  type ClientKeyDemands,
  changed,
  type KeyRefusal,
  NO_DEMANDS,
  replaceClientKeys,
} from '@rescind/core/keys'
import type { Actor, Authority } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import type { WriteTx } from '../store/index.ts'
import type { ApplicationRow } from '../store/queries/applications.ts'
import type { ClientKeyRow } from '../store/queries/client-keys.ts'
import { blockGivenAway } from './blocked-keys.ts'
import { loadRing, writeRingChanges } from './client-key-ring.ts'
import {
  judgeClientKey,
  keyRefused,
  type PreparedClientKey,
  type SubmittedClientKey,
} from './submitted-key.ts'

/**
 * Judges the whole set of keys that an application came with: before the transaction, and letting other requests
 * go on between one key and the next.
 * Keys whose private part was given away are blocked, durably, before the refusal is thrown.
 *
 * @param exists throws where the application is not there, and nothing shall be blocked
 * @throws DomainError client_key_limit_reached, or the refusal of a key by the policy
 */
export async function prepareClientKeySet(
  authority: Authority,
  actor: Actor,
  submitted: readonly SubmittedClientKey[],
  exists: (tx: WriteTx) => Promise<unknown> = async () => undefined,
): Promise<readonly PreparedClientKey[]> {
  const prepared: PreparedClientKey[] = []
  const refusals: KeyRefusal[] = []
  // More than the ring can hold need not be judged, which takes milliseconds a key.
  if (submitted.length > CLIENT_KEY_LIMIT) throw new DomainError('client_key_limit_reached')
  for (const key of submitted) {
    await setImmediate()
    const judged = judgeClientKey(key)
    if (judged.ok) prepared.push(judged.key)
    else refusals.push(judged.refusal)
  }
  // That a private key was given away is what the caller must hear first.
  const told = refusals.find(({ code }) => code === 'private_key_submitted') ?? refusals[0]
  if (told === undefined) return prepared
  await authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    await exists(tx)
    await blockGivenAway(tx, actor, refusals, authority.clock.now())
  })
  throw keyRefused(told)
}

export interface SetChangeContext {
  readonly actor: Actor
  readonly cause: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** What the settings demand that come into force in the same transaction. */
  readonly demands: ClientKeyDemands
}

/**
 * Makes the client's keys exactly these, inside the transaction that changes the application.
 *
 * @returns the rows as they now are
 * @throws DomainError what the ring's rules refuse
 */
export async function replaceClientKeySet(
  tx: WriteTx,
  application: Pick<ApplicationRow, 'id' | 'client_id'>,
  keys: readonly PreparedClientKey[],
  { demands, ...context }: SetChangeContext,
): Promise<readonly ClientKeyRow[]> {
  const loaded = await loadRing(tx, application, demands, keys)
  const bound = keys.map((key) => keepBinding(loaded.rows, key))
  const outcome = replaceClientKeys(loaded.ring, bound)
  return writeRingChanges(tx, loaded, outcome, { ...context, prepared: keys })
}

/** A key that is sent back without its algorithm, which not every interface shows, keeps it. */
function keepBinding(rows: readonly ClientKeyRow[], key: PreparedClientKey): PreparedClientKey {
  if (key.alg !== null) return key
  const held = rows.find((row) => row.id === key.claimedId && row.thumbprint === key.thumbprint)
  return held === undefined || (held.use ?? 'sig') !== key.use ? key : { ...key, alg: held.alg }
}

/** Deletes every key of a client, active ones too: it publishes its keys elsewhere, or is being deleted itself. */
export async function deleteClientKeySet(
  tx: WriteTx,
  application: Pick<ApplicationRow, 'id' | 'client_id'>,
  context: Omit<SetChangeContext, 'demands'>,
): Promise<void> {
  const loaded = await loadRing(tx, application, NO_DEMANDS)
  const removals = loaded.rows.map(({ id }) => ({ type: 'remove', id }) as const)
  await writeRingChanges(tx, loaded, changed(...removals), context)
}
