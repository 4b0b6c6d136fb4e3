import { checkPublicJwk, jwkThumbprint } from '@rescind/core/keys'
import { calculateJwkThumbprint } from 'jose'
import { describe, expect, it } from 'vitest'
import { ecPair, okpPair, rsaPublic } from './specimens.ts'

describe('the thumbprint of a key', () => {
  it('is that of RFC 7638 section 3.1', () => {
    const n =
      '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw'
    expect(jwkThumbprint({ kty: 'RSA', n, e: 'AQAB' })).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs')
  })

  it('is that of RFC 8037 appendix A.3', () => {
    const x = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'
    expect(jwkThumbprint({ kty: 'OKP', crv: 'Ed25519', x })).toBe(
      'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
    )
  })

  it.each([
    ['RSA', rsaPublic, 'sig'],
    ['P-256', ecPair('P-256').public, 'sig'],
    ['P-384', ecPair('P-384').public, 'sig'],
    ['P-521', ecPair('P-521').public, 'sig'],
    ['Ed25519', okpPair('ed25519').public, 'sig'],
    ['X25519', okpPair('x25519').public, 'enc'],
  ] as const)(
    'agrees with another implementation on %s, whatever else the key declares',
    async (_, jwk, use) => {
      const checked = checkPublicJwk({ ...jwk, kid: 'any', use }, use)
      const expected = await calculateJwkThumbprint(jwk)
      expect(checked).toMatchObject({ ok: true, thumbprint: expected })
    },
  )
})
