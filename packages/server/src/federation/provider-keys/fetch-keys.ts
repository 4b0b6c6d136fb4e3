import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Authority } from '../../authority/index.ts'
import { parseStrictJson } from '../../json/strict-json.ts'
import { type PublishedKey, readJwks } from '../../keys/client-jwks/read-jwks.ts'
import {
  FetchFailed,
  type FetchFailureCode,
  type FetchOptions,
  fetchDocument,
  fetchIfChanged,
  type Resolve,
} from '../../outbound/index.ts'

/** Bytes of each document after decompression, and milliseconds for both of them. */
const BOUNDS = { bytes: 262_144, time: 5_000 }

/** What became of asking an issuer for its keys. */
export type FetchedKeys =
  | {
      readonly outcome: 'ok'
      readonly keys: readonly PublishedKey[]
      /** Why other keys of the set were left out. */
      readonly alarms: readonly string[]
      readonly jwksUri: string
      readonly etag: string | null
    }
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'failed'; readonly code: FetchFailureCode | 'issuer'; readonly message: string }

/** How the last good set came, so that it need not come again. */
export interface KnownDocument {
  readonly jwksUri: string
  readonly etag: string
}

const discovery = Compile(Type.Object({ issuer: Type.String(), jwks_uri: Type.String({ maxLength: 2_048 }) }))

/**
 * Asks an issuer for its keys: by discovery (OpenID Connect Discovery section 4), then its JWK Set. A key that the
 * policy refuses is left out and the others stand; a set without any good key counts as a failure, as everything
 * else does that is not a set. Never throws.
 *
 * @param known lets an unchanged set be told by its validator; without it caches are bypassed
 * @param resolve how names become addresses; the operating system's way unless told
 */
export async function fetchProviderKeys(
  { allowPrivateNetworks = false, logger }: Pick<Authority, 'allowPrivateNetworks' | 'logger'>,
  issuer: string,
  known?: KnownDocument,
  resolve?: Resolve,
): Promise<FetchedKeys> {
  const end = performance.now() + BOUNDS.time
  const options = (): FetchOptions => ({
    allowPrivateNetworks,
    bounds: { bytes: BOUNDS.bytes, time: Math.max(1, Math.ceil(end - performance.now())) },
    ...(resolve !== undefined && { resolve }),
  })
  try {
    const jwksUri = readDiscovery(await fetchDocument(discoveryUrl(issuer), options()), issuer)
    const etag = known?.jwksUri === jwksUri ? known.etag : undefined
    const document = await fetchIfChanged(jwksUri, options(), etag)
    if (document === undefined) return { outcome: 'unchanged' }
    const { keys, leftOut } = readJwks(document.bytes)
    const signing = keys.filter(({ use }) => use === 'sig')
    if (signing.length === 0) throw new FetchFailed('document', 'no key of the set verifies signatures')
    return { outcome: 'ok', keys: signing, alarms: leftOut, jwksUri, etag: document.etag ?? null }
  } catch (failure) {
    if (failure instanceof OtherIssuer) return { outcome: 'failed', code: 'issuer', message: failure.message }
    if (failure instanceof FetchFailed)
      return { outcome: 'failed', code: failure.code, message: failure.message }
    logger.error({ err: failure, issuer }, 'the keys of an identity provider could not be fetched')
    return { outcome: 'failed', code: 'document', message: 'the documents could not be read' }
  }
}

/** The document speaks for another issuer: whoever serves it here may serve anybody's. */
class OtherIssuer extends Error {}

function discoveryUrl(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
}

function readDiscovery(bytes: Uint8Array, issuer: string): string {
  const parsed = parseStrictJson(bytes)
  if (!parsed.ok || !discovery.Check(parsed.value))
    throw new FetchFailed('document', 'no discovery document of a provider')
  if (parsed.value.issuer !== issuer) throw new OtherIssuer('the discovery document names another issuer')
  return parsed.value.jwks_uri
}
