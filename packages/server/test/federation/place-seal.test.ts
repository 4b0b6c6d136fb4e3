import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PlaceSeal, placeSeal } from '../../src/federation/delivery/place-seal.ts'
import { MasterKeyVault, Secret } from '../../src/secrets/index.ts'

const hex = (length: number) =>
  fc
    .stringMatching(new RegExp(`^[0-9a-f]{${length}}$`), { size: 'max' })
    .filter((text) => text.length === length)
const position = fc.record({
  log: hex(24),
  incarnation: fc.integer({ min: 1, max: 1_000 }),
  seq: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
})

describe('what followers are told of a place', () => {
  const seal = new PlaceSeal(new Secret('one key'))

  it('is 32 bytes that prove the place, and hold the first half of its chain digest', () => {
    fc.assert(
      fc.property(position, hex(64), (place, digest) => {
        const told = seal.seal(place, digest)
        expect(told).toMatch(/^[0-9a-f]{64}$/)
        expect(seal.read({ position: place, digest: told })).toEqual({
          position: place,
          digest: digest.slice(0, 32),
          isProved: true,
        })
      }),
    )
  })

  it('proves nothing of another place, changed anywhere, or under another key', () => {
    const another = new PlaceSeal(new Secret('another key'))
    fc.assert(
      fc.property(position, position, hex(64), fc.nat({ max: 63 }), (place, other, digest, at) => {
        const told = seal.seal(place, digest)
        const changed = told.slice(0, at) + (told[at] === '0' ? '1' : '0') + told.slice(at + 1)
        const isSame = JSON.stringify(place) === JSON.stringify(other)
        expect(seal.read({ position: other, digest: told }).isProved).toBe(isSame)
        for (const digest of [changed, told.slice(0, 32), `${told}00`, ''])
          expect(seal.read({ position: place, digest })).toEqual({ position: place, digest, isProved: false })
        expect(another.read({ position: place, digest: told }).isProved).toBe(false)
        expect(seal.read({ position: place })).toEqual({ position: place, isProved: false })
      }),
    )
  })

  it('is the same by every node with this master key, and by none with another', async () => {
    const place = { log: 'a'.repeat(24), incarnation: 1, seq: 7 }
    const of = async (byte: number) => {
      const vault = new MasterKeyVault(new Uint8Array(32).fill(byte))
      return (await placeSeal({ vault })).seal(place, 'cd'.repeat(32))
    }
    expect(await of(1)).toBe(await of(1))
    expect(await of(2)).not.toBe(await of(1))
  })
})
