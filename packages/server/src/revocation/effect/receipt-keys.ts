import { type KeyObject, sign } from 'node:crypto'
import type { PublicKeyMaterial } from '@rescind/core/keys'
import { type Actor, type Authority, entryActor, systemActor } from '../../authority/index.ts'
import type { RecoveryStep } from '../../federation/recovery/recover.ts'
import {
  type FreshSigningKeyPair,
  makeSigningKey,
  openPrivateKey,
  readPublicJwk,
} from '../../keys/signing-key-material.ts'
import { append } from '../../log/index.ts'
import { SYSTEM, type WriteTx } from '../../store/index.ts'
import {
  findReceiptKey,
  insertReceiptKey,
  listReceiptKeys,
  retireReceiptKey,
} from '../../store/queries/receipt-keys.ts'
import type { ReceiptKeys } from '../../store/tables/revocations.ts'
import { RECEIPT_TYPE, type Receipt } from './receipt.ts'

/** The public half of a key that receipts are, or were, signed with. Times are milliseconds since the epoch. */
export interface ReceiptKey {
  readonly kid: string
  readonly jwk: PublicKeyMaterial
  readonly createdAt: number
  /** Since when another one signs; null for the one that signs now. */
  readonly retiredAt: number | null
}

/** Signs receipts of one organization. */
export interface ReceiptSigner {
  readonly kid: string
  sign(receipt: Receipt): string
}

const opened = new WeakMap<Authority['vault'], Map<string, KeyObject>>()

/** Every key of the organization's receipts, the newest first: a receipt is for ever, so is its key. */
export async function receiptKeys(
  authority: Authority,
  organizationId: string,
): Promise<readonly ReceiptKey[]> {
  const rows = await authority.store.read({ organizationId }, (tx) => listReceiptKeys(tx))
  return rows.map((row) => ({
    kid: row.kid,
    jwk: readPublicJwk(row.public_jwk),
    createdAt: row.created_at,
    retiredAt: row.retired_at,
  }))
}

/** The signer of an organization's receipts; its key is made when the first one is due. */
export async function receiptSigner(authority: Authority, organizationId: string): Promise<ReceiptSigner> {
  const scope = { organizationId }
  const known = await authority.store.read(scope, (tx) => findReceiptKey(tx))
  const row = known ?? (await makeReceiptKey(authority, systemActor(organizationId), false))
  const { kid, sealed_private: sealed } = row
  if (sealed === null) throw new TypeError('the key that signs has no private half')
  const keys = opened.get(authority.vault) ?? new Map<string, KeyObject>()
  opened.set(authority.vault, keys)
  const key = keys.get(kid) ?? (await openPrivateKey(authority.vault, kid, sealed))
  keys.set(kid, key)
  return { kid, sign: (receipt) => signReceipt(receipt, kid, key) }
}

/** Makes another key sign from now on. The former one stays published, and its private half is gone. */
export async function rotateReceiptKey(authority: Authority, actor: Actor): Promise<ReceiptKey> {
  const row = await makeReceiptKey(authority, actor, true)
  return { kid: row.kid, jwk: readPublicJwk(row.public_jwk), createdAt: row.created_at, retiredAt: null }
}

/** @param replaces whether a key that signs already gives way; otherwise it is the one that is returned */
async function makeReceiptKey(authority: Authority, actor: Actor, replaces: boolean): Promise<ReceiptKeys> {
  const { organizationId } = actor
  const fresh = await makeSigningKey(authority, 'ES256')
  try {
    return await authority.store.write({ organizationId }, async (tx) => {
      // The head of the log is locked: whoever made a key in the meantime is seen from here on.
      if (!replaces && (await findReceiptKey(tx)) !== undefined) throw new MadeElsewhere()
      return putReceiptKey(tx, actor, fresh, authority.clock.now())
    })
  } catch (failure) {
    const made =
      failure instanceof MadeElsewhere &&
      (await authority.store.read({ organizationId }, (tx) => findReceiptKey(tx)))
    if (made) return made
    throw failure
  }
}

/** @param at milliseconds since the epoch */
async function putReceiptKey(
  tx: WriteTx,
  actor: Actor,
  { kid, publicJwk, sealedPrivate }: FreshSigningKeyPair,
  at: number,
): Promise<ReceiptKeys> {
  const { organizationId } = actor
  const subject = { key: kid, organization: organizationId }
  await append(tx, { kind: 'receipt_key.created', subject, actor: entryActor(actor) }, at)
  await retireReceiptKey(tx, at)
  const row = {
    kid,
    public_jwk: JSON.stringify(publicJwk),
    sealed_private: sealedPrivate,
    created_at: at,
    retired_at: null,
  }
  await insertReceiptKey(tx, row)
  return { ...row, organization_id: organizationId }
}

/** After a loss nobody knows whether the key that signs was retired: another one signs from there on. */
export const renewReceiptKey: RecoveryStep = {
  async prepare(authority) {
    const fresh = await makeSigningKey(authority, 'ES256')
    return async (tx, { actor, at }) => {
      // A federation has no receipts, and an organization that has none yet makes its key when the first is due.
      if (tx.scope === SYSTEM || 'federationId' in tx.scope) return
      if ((await findReceiptKey(tx)) !== undefined) await putReceiptKey(tx, actor, fresh, at)
    }
  },
}

/** Another node made the first key: nothing of ours remains. */
class MadeElsewhere extends Error {}

/** A compact JWS (RFC 7515) by ES256: it can be checked wherever a JWT can. */
function signReceipt(receipt: Receipt, kid: string, key: KeyObject): string {
  const header = { alg: 'ES256', typ: RECEIPT_TYPE, kid }
  const input = `${encoded(JSON.stringify(header))}.${encoded(JSON.stringify(receipt))}`
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}

function encoded(text: string): string {
  return Buffer.from(text).toString('base64url')
}
