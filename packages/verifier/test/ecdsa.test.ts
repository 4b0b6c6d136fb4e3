import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { expect, it } from 'vitest'
import { p1363ToDer } from '../src/platform/ecdsa.ts'

it.each([
  ['P-256', 'sha256', 32],
  ['P-384', 'sha384', 48],
  ['P-521', 'sha512', 66],
])('signatures on %s survive the change of form', (namedCurve, digest, width) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve })
  for (let turn = 0; turn < 300; turn++) {
    const data = Buffer.from(`text ${turn}`)
    const raw = sign(digest, data, { key: privateKey, dsaEncoding: 'ieee-p1363' })
    const der = p1363ToDer(raw, width)
    expect(der !== undefined && verify(digest, data, publicKey, der), raw.toString('hex')).toBe(true)
  }
})

it.each([0, 1, 63, 65, 128])('a signature of %i bytes is none on P-256', (length) => {
  expect(p1363ToDer(new Uint8Array(length), 32)).toBeUndefined()
})
