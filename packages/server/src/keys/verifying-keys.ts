import { createPublicKey, type KeyObject } from 'node:crypto'
import { publishedKeys } from '@rescind/core/keys'
import type { PublishedDocument } from './published-document.ts'
import type { SigningAlgorithm } from './signing-key-material.ts'
import type { StoredSigningRing } from './signing-ring.ts'

/** A published key of an issuer of ours. Its record, never a token, says which algorithm it is for. */
export interface VerifyingKey {
  readonly alg: SigningAlgorithm
  readonly key: KeyObject
}

/** By kid, which is the key's thumbprint. */
export type VerifyingKeys = ReadonlyMap<string, VerifyingKey>

interface Published {
  readonly ring: StoredSigningRing
  readonly document: PublishedDocument
}

const prepared = new WeakMap<PublishedDocument, VerifyingKeys>()

/** The keys of a published document, made ready once for as long as the document stands. */
export function verifyingKeysOf({ ring, document }: Published, now: number): VerifyingKeys {
  const known = prepared.get(document)
  if (known !== undefined) return known
  const kids = new Set(publishedKeys(ring, now).map(({ kid }) => kid))
  const keys = ring.keys
    .filter(({ kid }) => kids.has(kid))
    .map(({ kid, algorithm, publicJwk }): [string, VerifyingKey] => [
      kid,
      { alg: algorithm, key: createPublicKey({ key: { ...publicJwk }, format: 'jwk' }) },
    ])
  const made: VerifyingKeys = new Map(keys)
  prepared.set(document, made)
  return made
}
