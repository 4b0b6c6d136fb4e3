import {
  applyKeyChanges,
  type ClientKeyDemands,
  type ClientRing,
  type ClientRingOutcome,
  type ClientRingRefusalCode,
  type KeyRowChange,
} from '@rescind/core/keys'
import type { Actor } from '../authority/index.ts'
import { DomainError, type ErrorCode } from '../errors/index.ts'
import { append } from '../log/index.ts'
import type { ReadTx, WriteTx } from '../store/index.ts'
import type { ApplicationRow } from '../store/queries/applications.ts'
import { blockedAmong } from '../store/queries/blocked-keys.ts'
import {
  type ClientKeyRow,
  deleteClientKey,
  insertClientKey,
  listClientKeys,
  updateClientKey,
} from '../store/queries/client-keys.ts'
import { ringKeyOf } from './client-key.ts'
import { type ClientKeyEntryKind, clientKeyEntry } from './client-key-entries.ts'
import type { PreparedClientKey } from './submitted-key.ts'

/** A ring as its transaction read it: the organization's writes are in order, so it stays so until the COMMIT. */
export interface LoadedRing {
  readonly application: Pick<ApplicationRow, 'id' | 'client_id'>
  readonly rows: readonly ClientKeyRow[]
  readonly ring: ClientRing
}

/** @param incoming keys about to be added, of which the blocked ones must be known */
export async function loadRing(
  tx: ReadTx,
  application: Pick<ApplicationRow, 'id' | 'client_id'>,
  demands: ClientKeyDemands,
  incoming: readonly PreparedClientKey[] = [],
): Promise<LoadedRing> {
  const rows = await listClientKeys(tx, application.id)
  const blocked = await blockedAmong(
    tx,
    [...rows, ...incoming].map((key) => key.thumbprint),
  )
  return { application, rows, ring: { keys: rows.map(ringKeyOf), blocked, demands } }
}

export interface RingChangeContext {
  readonly actor: Actor
  readonly cause: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** The keys that the changes may add, with their material. */
  readonly prepared?: readonly PreparedClientKey[]
}

/**
 * Writes what the ring's rules decided: for each change the conditional row and its entry, in the order that the
 * unique indexes need.
 *
 * @returns the rows of the ring as they now are
 * @throws DomainError the ring's refusal
 */
export async function writeRingChanges(
  tx: WriteTx,
  loaded: LoadedRing,
  outcome: ClientRingOutcome,
  context: RingChangeContext,
): Promise<readonly ClientKeyRow[]> {
  if (!outcome.ok) throw ringRefused(outcome.refusal.code, outcome.refusal.key)
  const { application, rows } = loaded
  await freeKids(tx, application.id, outcome.changes)
  let place = Math.max(0, ...rows.map((row) => row.place))
  const now = new Map(rows.map((row) => [row.id, row]))
  for (const change of outcome.changes) {
    place += 1
    for (const { kind, row } of await writeChange(tx, { application, place, change, held: now }, context)) {
      if (kind === 'key.deleted') now.delete(row.id)
      else now.set(row.id, row)
      await append(tx, clientKeyEntry(kind, application, row, context.actor, context.cause), context.at)
    }
  }
  assertAsDecided(loaded, outcome.changes, now)
  return [...now.values()]
}

/** Two keys may trade their kids; while one row after the other is written, neither may hold what the other gets. */
async function freeKids(tx: WriteTx, applicationId: string, changes: readonly KeyRowChange[]): Promise<void> {
  for (const change of changes)
    if (change.type === 'update') await updateClientKey(tx, { applicationId, id: change.id }, { kid: null })
}

interface OneChange {
  readonly application: Pick<ApplicationRow, 'id' | 'client_id'>
  readonly place: number
  readonly change: KeyRowChange
  readonly held: ReadonlyMap<string, ClientKeyRow>
}

/** What one change did, in the order of its entries, with the key as each entry tells of it. */
type Written = readonly { readonly kind: ClientKeyEntryKind; readonly row: ClientKeyRow }[]

async function writeChange(
  tx: WriteTx,
  { application, place, change, held }: OneChange,
  { at, prepared = [] }: RingChangeContext,
): Promise<Written> {
  const applicationId = application.id
  switch (change.type) {
    case 'add': {
      const key = prepared.find((candidate) => candidate.id === change.key.id)
      if (key === undefined) throw new TypeError('a ring added a key that was not prepared')
      const { id, kid, kty, alg, crv, thumbprint, status } = change.key
      const { shownUse: use, jwk } = key
      const times = { created_at: at, updated_at: at }
      const row = {
        application_id: applicationId,
        id,
        kid,
        use,
        kty,
        alg,
        crv,
        jwk,
        thumbprint,
        status,
        place,
      }
      return published(await insertClientKey(tx, { ...row, ...times }))
    }
    case 'remove': {
      if (!(await deleteClientKey(tx, { applicationId, id: change.id }))) throw lost()
      return [{ kind: 'key.deleted', row: written(held.get(change.id)) }]
    }
    case 'update': {
      const { id, kid, alg } = change
      const row = await updateClientKey(tx, { applicationId, id }, { kid, alg, updated_at: at })
      // Under its new name it is, for whoever follows the log, another key of the ring.
      return [{ kind: 'key.deleted', row: written(held.get(id)) }, ...published(written(row))]
    }
    case 'activate': {
      const to = { status: 'ACTIVE', updated_at: at } as const
      const row = await updateClientKey(tx, { applicationId, id: change.id }, to, { status: 'INACTIVE' })
      return [{ kind: 'key.activated', row: written(row) }]
    }
    case 'deactivate': {
      const to = { status: 'INACTIVE', updated_at: at } as const
      const row = await updateClientKey(tx, { applicationId, id: change.id }, to, { status: 'ACTIVE' })
      return [{ kind: 'key.retired', row: written(row) }]
    }
  }
}

function published(row: ClientKeyRow): Written {
  if (row.status === 'INACTIVE') return [{ kind: 'key.published', row }]
  return [
    { kind: 'key.published', row },
    { kind: 'key.activated', row },
  ]
}

/** Zero rows here would mean that somebody wrote between our reading and our writing, which the head lock forbids. */
function written<Row>(row: Row | undefined): Row {
  if (row === undefined) throw lost()
  return row
}

function lost(): Error {
  return new Error('a key changed inside the transaction that had read it')
}

/** The rows are what the rules said they would be, or the transaction does not commit. */
function assertAsDecided(
  { ring }: LoadedRing,
  changes: readonly KeyRowChange[],
  now: ReadonlyMap<string, ClientKeyRow>,
): void {
  const decided = applyKeyChanges(ring.keys, changes)
  const same =
    decided.length === now.size &&
    decided.every((key) => {
      const row = now.get(key.id)
      return row !== undefined && row.kid === key.kid && row.status === key.status
    })
  if (!same) throw new Error('the rows of a ring are not what its rules decided')
}

const REFUSALS: Readonly<Record<Exclude<ClientRingRefusalCode, 'key_not_found'>, ErrorCode>> = {
  kid_required: 'client_key_kid_required',
  kid_duplicate: 'client_key_kid_duplicate',
  only_active_signing_key: 'client_key_only_active',
  request_object_key_required: 'client_key_signs_requests',
  active_encryption_key_required: 'client_key_encrypts_tokens',
  key_blocked: 'client_key_blocked',
  key_limit_reached: 'client_key_limit_reached',
  encryption_key_not_rsa: 'client_key_use_refused',
  active_encryption_key_exists: 'client_key_second_active_encryption',
  active_key_not_removable: 'client_key_active',
}

function ringRefused(code: ClientRingRefusalCode, key: string | null): DomainError {
  return new DomainError(
    refusalCode(code),
    code === 'key_not_found' ? { type: 'client_key', id: key ?? '' } : {},
  )
}

/** What the domain calls a refusal of the ring. */
export function refusalCode(code: ClientRingRefusalCode): ErrorCode {
  return code === 'key_not_found' ? 'not_found' : REFUSALS[code]
}
