import { generateKeyPairSync } from 'node:crypto'

/** A key as a client would send it. */
export interface TestJwk {
  readonly kty: 'RSA' | 'EC'
  readonly kid?: string | null
  readonly use?: 'sig' | 'enc'
  readonly alg?: string
  readonly status?: 'ACTIVE' | 'INACTIVE'
  readonly [member: string]: unknown
}

interface KeyPair {
  readonly publicJwk: Readonly<Record<string, unknown>>
  readonly privateJwk: Readonly<Record<string, unknown>>
}

const made = new Map<string, KeyPair>()

/** RSA keys are slow to make: the same name gives the same pair within a test file. */
export function rsaPair(name: string, modulusLength = 2048): KeyPair {
  return pair(`rsa ${modulusLength} ${name}`, () => generateKeyPairSync('rsa', { modulusLength }))
}

export function ecPair(name: string, namedCurve = 'P-256'): KeyPair {
  return pair(`ec ${namedCurve} ${name}`, () => generateKeyPairSync('ec', { namedCurve }))
}

function pair(name: string, make: () => ReturnType<typeof generateKeyPairSync>): KeyPair {
  const known = made.get(name)
  if (known !== undefined) return known
  const { publicKey, privateKey } = make()
  const fresh: KeyPair = {
    publicJwk: { ...publicKey.export({ format: 'jwk' }) },
    privateJwk: { ...privateKey.export({ format: 'jwk' }) },
  }
  made.set(name, fresh)
  return fresh
}

export function rsaKey(kid: string | null, more: Partial<TestJwk> = {}, modulusLength?: number): TestJwk {
  return { ...rsaPair(String(kid), modulusLength).publicJwk, kty: 'RSA', kid, use: 'sig', ...more }
}

export function encryptionKey(kid: string | null, more: Partial<TestJwk> = {}): TestJwk {
  return rsaKey(kid, { use: 'enc', ...more })
}

/** As Okta's clients send one: without `crv`. */
export function ecKey(kid: string | null, more: Partial<TestJwk> = {}): TestJwk {
  const { x, y } = ecPair(String(kid)).publicJwk
  return { kty: 'EC', kid, use: 'sig', x, y, ...more }
}
