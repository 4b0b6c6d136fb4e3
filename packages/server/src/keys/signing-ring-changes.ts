import type { SigningKeyChange } from '@rescind/core/keys'
import { type EntryContent, type ReasonCode, SIGNING_RING } from '@rescind/core/log'
import { type Actor, entryActor } from '../authority/index.ts'
import type { Issuer } from '../directory/issuer.ts'
import { append } from '../log/index.ts'
import type { WriteTx } from '../store/index.ts'
import { insertBlockedKey } from '../store/queries/blocked-keys.ts'
import { insertSigningKey, updateSigningKey } from '../store/queries/signing-keys.ts'
import type { FreshSigningKeyPair } from './signing-key-material.ts'
import type { StoredSigningRing } from './signing-ring.ts'

/** On whose behalf a ring changes. */
export interface ChangeContext {
  readonly issuer: Issuer
  readonly actor: Actor
  /** What led to it, e.g. `key.rotation_requested`. */
  readonly cause: string
  readonly reason?: { readonly code: ReasonCode; readonly text?: string }
}

/**
 * Applies what the ring judged, row by row, each with its entry; the position of an entry that begins or ends a
 * key's right to sign is kept in its row. A key that will never sign again loses its private part here.
 */
export async function applySigningChanges(
  tx: WriteTx,
  context: ChangeContext,
  ring: StoredSigningRing,
  changes: readonly SigningKeyChange[],
  fresh: readonly FreshSigningKeyPair[],
): Promise<void> {
  for (const change of changes) {
    if (change.type === 'publish') {
      const pair = fresh.find(({ kid }) => kid === change.key.kid)
      if (pair === undefined) throw new TypeError('a ring published a key that it was not given')
      await publish(tx, context, change, pair)
    } else await alter(tx, context, ring, change)
  }
}

type Publish = Extract<SigningKeyChange, { type: 'publish' }>

async function publish(
  tx: WriteTx,
  context: ChangeContext,
  { status, at }: Publish,
  { kid, algorithm, publicJwk, sealedPrivate }: FreshSigningKeyPair,
): Promise<void> {
  const jwk = { ...publicJwk, kid, alg: algorithm, use: 'sig' } as const
  await append(tx, { ...about(context, kid), kind: 'key.published', data: { ...ringData(kid), jwk } }, at)
  const isActive = status === 'ACTIVE'
  const activation = isActive ? await append(tx, entry(context, 'key.activated', kid), at) : undefined
  await insertSigningKey(tx, {
    kid,
    issuer_id: context.issuer.id,
    status,
    algorithm,
    public_jwk: JSON.stringify(publicJwk),
    sealed_private: sealedPrivate,
    published_at: at,
    activated_at: isActive ? at : null,
    retired_at: null,
    revoked_at: null,
    retain_until: null,
    withdrawn_at: null,
    active_from: activation?.seq ?? null,
    active_until: null,
  })
}

async function alter(
  tx: WriteTx,
  context: ChangeContext,
  ring: StoredSigningRing,
  change: Exclude<SigningKeyChange, Publish>,
): Promise<void> {
  const { kid, at } = change
  switch (change.type) {
    case 'activate': {
      const { seq } = await append(tx, entry(context, 'key.activated', kid), at)
      return updateSigningKey(tx, kid, { status: 'ACTIVE', activated_at: at, active_from: seq })
    }
    case 'retire': {
      const { seq } = await append(tx, entry(context, 'key.retired', kid), at)
      const { retainUntil: retain_until } = change
      const ended = { status: 'EXPIRED', retired_at: at, active_until: seq, sealed_private: null } as const
      return updateSigningKey(tx, kid, { ...ended, retain_until })
    }
    case 'revoke': {
      const { seq } = await append(tx, entry(context, 'key.revoked', kid), at)
      await insertBlockedKey(tx, kid, at)
      const signed = ring.keys.some((key) => key.kid === kid && key.status === 'ACTIVE')
      const ended = { status: 'REVOKED', revoked_at: at, sealed_private: null } as const
      return updateSigningKey(tx, kid, { ...ended, ...(signed && { active_until: seq }) })
    }
    case 'withdraw':
      await append(tx, { ...about(context, kid), kind: 'key.withdrawn', data: ringData(kid) }, at)
      return updateSigningKey(tx, kid, { withdrawn_at: at, sealed_private: null })
  }
}

function entry(
  context: ChangeContext,
  kind: 'key.activated' | 'key.retired' | 'key.revoked',
  kid: string,
): EntryContent {
  if (kind !== 'key.revoked') return { ...about(context, kid), kind, data: ringData(kid) }
  const { reason } = context
  return { ...about(context, kid), kind, data: { ring: SIGNING_RING, kid }, ...(reason && { reason }) }
}

function about({ issuer, actor, cause }: ChangeContext, thumbprint: string) {
  return {
    subject: { key: thumbprint, issuer: issuer.url, authorization_server: issuer.id },
    actor: entryActor(actor),
    cause,
  }
}

function ringData(kid: string) {
  return { ring: SIGNING_RING, kid, use: 'sig' } as const
}
