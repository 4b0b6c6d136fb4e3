import { verify } from 'node:crypto'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { parseStrictJson } from '../json/strict-json.ts'
import type { VerifyingKey, VerifyingKeys } from '../keys/verifying-keys.ts'

/** Longer than any token of ours; what is longer is not decoded. */
const LONGEST = 16_384

const Header = Type.Object({
  alg: Type.Enum(['RS256', 'ES256', 'EdDSA']),
  typ: Type.Literal('at+jwt'),
  kid: Type.String(),
  // RFC 7515 section 4.1.11: what must be understood and is not, refuses the token. We use none.
  crit: Type.Optional(Type.Never()),
})
const header = Compile(Header)

const Claims = Type.Object({
  iss: Type.String(),
  aud: Type.String(),
  sub: Type.String(),
  client_id: Type.String(),
  jti: Type.String(),
  pos: Type.String(),
  iat: Type.Integer(),
  exp: Type.Integer(),
  scope: Type.Optional(Type.String()),
  sid: Type.Optional(Type.String()),
  grant: Type.Optional(Type.String()),
  cnf: Type.Optional(Type.Object({ jkt: Type.String() })),
})
const claims = Compile(Claims)

/** The claims of a JWT access token of ours (RFC 9068 section 2.2), as signed. */
export type OwnClaims = Static<typeof Claims>

/** What a JWT says, and the key that is known to have signed it. */
export interface OwnJwt {
  readonly claims: OwnClaims
  readonly kid: string
}

/**
 * Verifies a JWT access token of one of our issuers: by a published key, with that key's own algorithm, in its one
 * canonical spelling. Nothing that the token says of keys or algorithms is believed.
 *
 * @returns undefined for everything else
 */
export function readOwnJwt(token: string, keys: VerifyingKeys): OwnJwt | undefined {
  if (token.length > LONGEST) return undefined
  const [protectedHeader, payload, signature, ...rest] = token.split('.')
  if (protectedHeader === undefined || payload === undefined || signature === undefined || rest.length > 0)
    return undefined
  const head = readJson(protectedHeader)
  if (!header.Check(head)) return undefined
  const key = keys.get(head.kid)
  const signed = decode(signature)
  if (key === undefined || key.alg !== head.alg || signed === undefined) return undefined
  if (!isSignedBy(key, Buffer.from(`${protectedHeader}.${payload}`, 'latin1'), signed)) return undefined
  const body = readJson(payload)
  return claims.Check(body) ? { claims: body, kid: head.kid } : undefined
}

function isSignedBy({ alg, key }: VerifyingKey, data: Buffer, signature: Buffer): boolean {
  switch (alg) {
    case 'RS256':
      return verify('sha256', data, key, signature)
    case 'ES256':
      return verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature)
    case 'EdDSA':
      return verify(null, data, key, signature)
  }
}

function readJson(part: string): unknown {
  const bytes = decode(part)
  const parsed = bytes === undefined ? undefined : parseStrictJson(bytes)
  return parsed?.ok === true ? parsed.value : undefined
}

/** Base64url in its one canonical form: a token has one spelling (FAULTS: the same token respelled). */
function decode(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, 'base64url')
  return bytes.toString('base64url') === part ? bytes : undefined
}
