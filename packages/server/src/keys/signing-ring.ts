import type { PublicKeyMaterial, SigningKey, SigningRing } from '@rescind/core/keys'
import { DomainError } from '../errors/index.ts'
import { organizationOf, type ReadTx, type WriteTx } from '../store/index.ts'
import { blockedAmong } from '../store/queries/blocked-keys.ts'
import {
  advanceSigningRing,
  findSigningRing,
  insertSigningRing,
  listSigningKeys,
} from '../store/queries/signing-keys.ts'
import type { SigningKeys, SigningRings } from '../store/tables/signing-keys.ts'
import { readPublicJwk, type SigningAlgorithm } from './signing-key-material.ts'

export const ROTATION_MODES = ['AUTO', 'MANUAL'] as const
export type RotationMode = (typeof ROTATION_MODES)[number]

export interface StoredSigningKey extends SigningKey {
  readonly algorithm: SigningAlgorithm
  readonly publicJwk: PublicKeyMaterial
  /** Null once the key will never sign again. */
  readonly sealedPrivate: string | null
}

/** The signing keys of one issuer as the database has them. */
export interface StoredSigningRing extends SigningRing {
  readonly issuerId: string
  readonly version: number
  readonly algorithm: SigningAlgorithm
  readonly rotationMode: RotationMode
  /** When a rotation takes place that an operator asked for before verifiers could know NEXT; else null. */
  readonly rotateAt: number | null
  readonly keys: readonly StoredSigningKey[]
}

/** Opens an empty ring; its first keys are made when they are first needed. */
export async function openSigningRing(
  tx: WriteTx,
  issuerId: string,
  rotationMode: RotationMode,
  algorithm: SigningAlgorithm = 'RS256',
): Promise<void> {
  await insertSigningRing(tx, {
    issuer_id: issuerId,
    version: 0,
    algorithm,
    rotation_mode: rotationMode,
    rotate_at: null,
  })
}

/** @throws DomainError not_found */
export async function setRotationMode(tx: WriteTx, issuerId: string, mode: RotationMode): Promise<void> {
  const row = await findSigningRing(tx, issuerId)
  if (row === undefined) throw new DomainError('not_found', { type: 'authorization_server', id: issuerId })
  if (row.rotation_mode === mode) return
  // An organization's writes follow one another, so nobody came between; if one did, the caller asks again.
  if (!(await advanceSigningRing(tx, row, { rotation_mode: mode })))
    throw new DomainError('store_unavailable')
}

/** The ring of an issuer; undefined where it was never opened. An organization's own one is opened when used. */
export async function loadSigningRing(tx: ReadTx, issuerId: string): Promise<StoredSigningRing | undefined> {
  const row = await findSigningRing(tx, issuerId)
  if (row === undefined) return undefined
  const keys = (await listSigningKeys(tx, issuerId)).map(readSigningKey)
  const blocked = await blockedAmong(
    tx,
    keys.map((key) => key.thumbprint),
  )
  return { ...readRing(row), keys, blocked }
}

/** The same for a change: the organization's own ring is opened where it is missing. */
export async function requireSigningRing(tx: WriteTx, issuerId: string): Promise<StoredSigningRing> {
  if (issuerId === organizationOf(tx)) await openSigningRing(tx, issuerId, 'AUTO')
  const ring = await loadSigningRing(tx, issuerId)
  if (ring === undefined) throw new DomainError('not_found', { type: 'authorization_server', id: issuerId })
  return ring
}

function readRing(row: SigningRings) {
  return {
    issuerId: row.issuer_id,
    version: row.version,
    algorithm: row.algorithm,
    rotationMode: row.rotation_mode,
    rotateAt: row.rotate_at,
  }
}

function readSigningKey(row: SigningKeys): StoredSigningKey {
  return {
    kid: row.kid,
    thumbprint: row.kid,
    status: row.status,
    algorithm: row.algorithm,
    publicJwk: readPublicJwk(row.public_jwk),
    sealedPrivate: row.sealed_private,
    publishedAt: row.published_at,
    activatedAt: row.activated_at,
    retiredAt: row.retired_at,
    revokedAt: row.revoked_at,
    retainUntil: row.retain_until,
    withdrawnAt: row.withdrawn_at,
    ...(row.active_from !== null && { activeFrom: row.active_from }),
    ...(row.active_until !== null && { activeUntil: row.active_until }),
  }
}
