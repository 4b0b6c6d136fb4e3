import { generateKeyPairSync, hash } from 'node:crypto'
import { checkPublicJwk } from '@rescind/core/keys'
import type { EntryJwk } from '@rescind/core/log'
import type { Platform } from '../../src/platform/platform.ts'
import type { IssuedToken } from './history.ts'

export const LOG = '656e4d8e91cb7d26db1bc9c6'
export const ISSUER = 'https://id.example.com/oauth2/default'
export const RESOURCES = ['https://orders.example.com', 'https://stock.example.com'] as const

export interface SimulatedKey {
  readonly thumbprint: string
  readonly jwk: EntryJwk
  readonly x: string
}

const keys = new Map<number, SimulatedKey>()

/** Real keys, made once: the policy for keys is applied to them. */
export function keyOfGeneration(generation: number): SimulatedKey {
  const known = keys.get(generation)
  if (known !== undefined) return known
  const { x = '' } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })
  const jwk = { kty: 'OKP', crv: 'Ed25519', x } as const
  const checked = checkPublicJwk(jwk, 'sig')
  if (!checked.ok) throw new Error('a key of ours is refused')
  const key = { thumbprint: checked.thumbprint, jwk, x }
  keys.set(generation, key)
  return key
}

export function keyCalled(thumbprint: string): SimulatedKey {
  const key = [...keys.values()].find((each) => each.thumbprint === thumbprint)
  if (key === undefined) throw new Error('an unknown key')
  return key
}

/** Signatures are not what is tested here, so they are cheap: a hash with the key's public half. */
const signatureOf = (x: string, text: string) => hash('sha256', `${x} ${text}`, 'base64url')

export const platform: Platform = {
  signatureCheck: (jwk) => {
    const x = 'x' in jwk ? jwk.x : ''
    return (text, signature) => signatureOf(x, text) === Buffer.from(signature).toString('base64url')
  },
  digest: (token) => token,
  decode: (text) => Buffer.from(text, 'base64url'),
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

export function signed(token: Omit<IssuedToken, 'text'>, key: SimulatedKey): string {
  const { incarnation, seq } = token.position
  const claims = {
    iss: ISSUER,
    aud: token.resource,
    sub: token.user,
    client_id: token.client,
    jti: token.jti,
    sid: token.session,
    grant: token.grant,
    pos: `${LOG}.${incarnation}.${seq}`,
    exp: Math.ceil(token.expiresAt / 1000),
  }
  const input = `${part({ alg: 'EdDSA', typ: 'at+jwt', kid: key.thumbprint })}.${part(claims)}`
  return `${input}.${signatureOf(key.x, input)}`
}
