import { describe, expect, it } from 'vitest'
import { IdHash } from '../../src/log/live/id-hash.ts'

const key = Uint8Array.from({ length: 16 }, (_, byte) => byte)
const hex = (words: Int32Array) => Buffer.from(new Uint8Array(words.slice().buffer)).toString('hex')

describe('the hash of an id', () => {
  /** The reference vectors of SipHash-2-4 with 128 bits: the input is the bytes 0, 1, 2 … */
  it.each([
    [0, 'a3817f04ba25a8e66df67214c7550293'],
    [1, 'da87c1d86b99af44347659119b22fc45'],
    [2, '8177228da4a45dc7fca38bdef60affe4'],
    [8, '3b62a9ba6258f5610f83e264f31497b4'],
    [15, '5493e99933b0a8117e08ec0f97cfc3d9'],
  ])('is SipHash: %i bytes', (length, expected) => {
    const id = String.fromCharCode(...Array.from({ length }, (_, code) => code))
    expect(hex(new IdHash(key, 2, 4).hash(id))).toBe(expected)
  })

  it('is over the UTF-8 of the id', () => {
    const hash = new IdHash(key)
    const of = (id: string) => hex(hash.hash(id))
    expect(of('zoë')).not.toBe(of('zoe'))
    expect(of('Ā')).not.toBe(of('\u0000'))
    expect(of('aĀ')).not.toBe(of('a\u0001\u0000'))
  })

  it('depends on the key', () => {
    expect(hex(new IdHash(new Uint8Array(16)).hash('id'))).not.toBe(hex(new IdHash(key).hash('id')))
  })

  it('is the same under a key that is a part of a larger buffer', () => {
    const pooled = Buffer.concat([Buffer.alloc(5, 9), key]).subarray(5)
    expect(hex(new IdHash(pooled).hash('id'))).toBe(hex(new IdHash(key).hash('id')))
  })

  it('needs a key of 16 bytes', () => {
    expect(() => new IdHash(new Uint8Array(15))).toThrow(TypeError)
  })
})
