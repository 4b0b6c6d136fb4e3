import { createHash, randomInt, randomUUID } from 'node:crypto'
import { type Actor, type Authority, newObjectId, type Role } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { append } from '../log/index.ts'
import { Secret } from '../secrets/index.ts'
import { SYSTEM, type WriteTx } from '../store/index.ts'
import { findDigestKeyAnywhere, insertDigestKey } from '../store/queries/digest-keys.ts'
import { decodeRoles, encodeRoles } from './roles.ts'

/** The protection space that Atlas's clients see; it is part of what is hashed (RFC 7616 section 3.4.2). */
export const DIGEST_REALM = 'MMS Public API'

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

export interface DigestCredential {
  /** Eight lower-case letters when generated. */
  readonly publicKey: string
  /** A UUID when generated. */
  readonly privateKey: Secret
}

/** A digest key made ready outside the transaction that will add it. */
export interface PreparedDigestKey {
  readonly id: string
  readonly publicKey: string
  readonly sealedMd5: string
  readonly sealedSha256: string
}

export function newDigestCredential(): DigestCredential {
  const publicKey = Array.from({ length: 8 }, () => LETTERS.charAt(randomInt(LETTERS.length))).join('')
  return { publicKey, privateKey: new Secret(randomUUID()) }
}

/**
 * Seals what digest authentication is checked against, once for each algorithm of RFC 7616; the private key itself
 * is kept nowhere.
 */
export async function prepareDigestKey(
  authority: Authority,
  { publicKey, privateKey }: DigestCredential,
): Promise<PreparedDigestKey> {
  const id = newObjectId()
  const seal = (algorithm: 'md5' | 'sha256') => {
    const ha1 = createHash(algorithm)
      .update(`${publicKey}:${DIGEST_REALM}:${privateKey.reveal()}`)
      .digest('hex')
    return authority.vault.seal(new Secret(ha1), purposeOf(id, algorithm))
  }
  return { id, publicKey, sealedMd5: await seal('md5'), sealedSha256: await seal('sha256') }
}

/**
 * Adds a digest key to the organization of the transaction.
 *
 * @param at milliseconds since the epoch
 * @throws DomainError `digest_key_taken` when the public key exists in the installation
 */
export async function addDigestKey(
  tx: WriteTx,
  actor: Actor,
  key: PreparedDigestKey,
  content: { readonly description: string; readonly roles: readonly Role[] },
  at: number,
): Promise<void> {
  const added = await insertDigestKey(tx, {
    id: key.id,
    public_key: key.publicKey,
    description: content.description,
    ha1_md5: key.sealedMd5,
    ha1_sha256: key.sealedSha256,
    roles: encodeRoles(content.roles),
    created_at: at,
  })
  if (!added) throw new DomainError('digest_key_taken')
  const { type, id } = actor
  await append(tx, { kind: 'digest_key.created', subject: { digest_key: key.id }, actor: { type, id } }, at)
}

/** What an `Authorization: Digest` header is checked against, or `undefined` for an unknown public key. */
export async function findDigestKey(
  authority: Authority,
  publicKey: string,
): Promise<{ readonly actor: Actor; readonly md5: Secret; readonly sha256: Secret } | undefined> {
  const row = await authority.store.read(SYSTEM, (tx) => findDigestKeyAnywhere(tx, publicKey))
  if (row === undefined) return undefined
  const actor: Actor = {
    type: 'digest_key',
    id: row.id,
    name: row.public_key,
    organizationId: row.organization_id,
    roles: decodeRoles(row.roles),
  }
  return {
    actor,
    md5: await authority.vault.open(row.ha1_md5, purposeOf(row.id, 'md5')),
    sha256: await authority.vault.open(row.ha1_sha256, purposeOf(row.id, 'sha256')),
  }
}

function purposeOf(id: string, algorithm: string): string {
  return `digest_key:${id}:${algorithm}`
}
