import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isCanonicalBase64url } from '../src/token/base64url.ts'

it('accepts what Node writes, and nothing that Node would write otherwise', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (bytes) => {
      expect(isCanonicalBase64url(Buffer.from(bytes).toString('base64url'))).toBe(true)
    }),
  )
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ABQgwXx019-_=+/ \n.'), maxLength: 12 }), (text) => {
      const again = Buffer.from(text, 'base64url').toString('base64url')
      expect(isCanonicalBase64url(text)).toBe(text !== '' && again === text)
    }),
  )
})
