import { checkPublicJwk, type KeyRefusal, type PublicJwk } from '@rescind/core/keys'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { parseStrictJson } from '../../json/strict-json.ts'
import { FetchFailed } from '../../outbound/index.ts'

/** More keys than this belong to more than one client. */
const MOST_KEYS = 100

/** A key of a published set that passed the policy. */
export interface PublishedKey {
  readonly jwk: PublicJwk
  readonly use: 'sig' | 'enc'
  readonly kid: string | null
  /** RFC 7638, SHA-256, base64url. */
  readonly thumbprint: string
}

export interface ReadJwks {
  readonly keys: readonly PublishedKey[]
  /** Why the others were left out: the code of the key policy, or `kid_ambiguous`. */
  readonly leftOut: readonly (KeyRefusal['code'] | 'kid_ambiguous')[]
}

const document = Compile(Type.Object({ keys: Type.Array(Type.Unknown(), { maxItems: MOST_KEYS }) }))
const isEncryptionKey = Compile(Type.Object({ use: Type.Literal('enc') }))

/**
 * Reads a fetched JWK Set (RFC 7517 section 5). A key that the policy refuses, or whose kid another key of the set
 * has too, is left out and the others stand; a set of which none is left is no set.
 *
 * @throws FetchFailed `document`
 */
export function readJwks(bytes: Uint8Array): ReadJwks {
  const parsed = parseStrictJson(bytes)
  if (!parsed.ok || !document.Check(parsed.value))
    throw new FetchFailed('document', `not a JWK Set of at most ${MOST_KEYS} keys`)
  const keys = new Map<string, PublishedKey>()
  const leftOut: ReadJwks['leftOut'][number][] = []
  for (const entry of parsed.value.keys) {
    const use = isEncryptionKey.Check(entry) ? 'enc' : 'sig'
    const checked = checkPublicJwk(entry, use)
    if (!checked.ok) leftOut.push(checked.refusal.code)
    else {
      const { jwk, thumbprint } = checked
      // The same key twice is one key.
      keys.set(`${use}:${thumbprint}`, { jwk, use, kid: jwk.kid ?? null, thumbprint })
    }
  }
  const named = Map.groupBy(keys.values(), ({ use, kid }) => `${use}:${kid ?? ''}`)
  const good = [...keys.values()].filter(({ use, kid }) => named.get(`${use}:${kid ?? ''}`)?.length === 1)
  for (let index = good.length; index < keys.size; index += 1) leftOut.push('kid_ambiguous')
  if (good.length === 0) throw new FetchFailed('document', 'no key of the set can be relied upon')
  return { keys: good, leftOut }
}
