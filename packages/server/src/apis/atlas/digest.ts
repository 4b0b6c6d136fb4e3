import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Actor, Authority } from '../../authority/index.ts'
import { DIGEST_REALM, findDigestKey } from '../../directory/digest-keys.ts'
import { judgeNonce, useNonce } from '../../directory/digest-nonces.ts'

/** What an `Authorization: Digest` header amounts to. `stale`: the key is proved, the nonce is used up or too old. */
export type DigestOutcome = { readonly actor: Actor } | 'stale' | 'refused'

/** One parameter: a token or a quoted string (RFC 9110 sections 5.6.2, 5.6.4). */
const PARAMETER = /\s*([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))\s*(?:,|$)/y

/** The parameters of a `Digest` header by their names; undefined where it is none, or says one twice. */
export function readDigest(header: string): ReadonlyMap<string, string> | undefined {
  const rest = /^digest +(.+)$/i.exec(header)?.[1]
  if (rest === undefined) return undefined
  const parameters = new Map<string, string>()
  PARAMETER.lastIndex = 0
  while (PARAMETER.lastIndex < rest.length) {
    const [, name, quoted, token] = PARAMETER.exec(rest) ?? []
    if (name === undefined || parameters.has(name.toLowerCase())) return undefined
    parameters.set(name.toLowerCase(), quoted?.replaceAll(/\\(.)/g, '$1') ?? token ?? '')
  }
  return parameters
}

/**
 * Judges a digest response (RFC 7616 section 3.4). The proof covers method and address, so the address must be the
 * one that was really asked for, its query included; and its nonce must be ours, young, and not used at this count
 * before, on any node. The nonce is looked at last: nobody can use up what they cannot prove.
 */
export async function judgeDigest(
  authority: Authority,
  parameters: ReadonlyMap<string, string>,
  request: FastifyRequest,
): Promise<DigestOutcome> {
  const of = (name: string) => parameters.get(name) ?? ''
  const [nonce, nc, cnonce] = [of('nonce'), of('nc'), of('cnonce')]
  if (of('realm') !== DIGEST_REALM || of('qop') !== 'auth' || of('uri') !== request.originalUrl)
    return 'refused'
  if (!/^[0-9a-f]{8}$/i.test(nc) || cnonce === '') return 'refused'
  const algorithm = hashNamed(parameters.get('algorithm'))
  if (algorithm === undefined) return 'refused'

  const known = await findDigestKey(authority, of('username'))
  const hash = (...parts: readonly string[]) => createHash(algorithm).update(parts.join(':')).digest('hex')
  // Somebody unknown takes the same steps.
  const ha1 = known?.[algorithm].reveal() ?? hash('nobody')
  const expected = hash(ha1, nonce, nc, cnonce, 'auth', hash(request.method, of('uri')))
  if (!isSame(expected, of('response').toLowerCase()) || known === undefined) return 'refused'

  const age = await judgeNonce(authority, nonce)
  if (age === 'foreign') return 'refused'
  if (age === 'expired') return 'stale'
  const use = { nonce, nc: Number.parseInt(nc, 16), digestKeyId: known.actor.id }
  return (await useNonce(authority, use)) ? { actor: known.actor } : 'stale'
}

/** RFC 7616 section 3.4: what is left out is MD5. */
function hashNamed(algorithm = 'MD5'): 'md5' | 'sha256' | undefined {
  if (algorithm.toUpperCase() === 'MD5') return 'md5'
  return algorithm.toUpperCase() === 'SHA-256' ? 'sha256' : undefined
}

function isSame(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}
