import {
  decodeFrame,
  decodeSnapshot,
  encodeFrame,
  encodeSnapshot,
  LogFormatError,
  MAX_FRAME_BYTES,
} from '@rescind/core/log'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { actor, entryAt, frame, indexOf, logs } from './world.ts'

const revocations = Array.from({ length: 100 }, (_, place) =>
  entryAt(
    {
      kind: 'token.revoked',
      subject: { token: `jti-${String(place).padStart(18, '0')}` },
      data: { class: 'access' },
      actor,
    },
    { incarnation: 1, seq: place + 1 },
  ),
)
const index = indexOf(revocations)
const frameBytes = encodeFrame(frame(revocations.slice(0, 20)))
const snapshotBytes = encodeSnapshot(index)
const MAGIC_AND_FORMAT = 2

const codecs = [
  ['frame', frameBytes, decodeFrame],
  ['snapshot', snapshotBytes, decodeSnapshot],
] as const

describe('a frame', () => {
  it('reads back what was written', () => {
    fc.assert(
      fc.property(logs(3), (entries) => {
        const written = frame(entries, { incarnation: 3, from: 0, to: entries.length + 2 })
        expect(decodeFrame(encodeFrame(written))).toEqual(written)
      }),
    )
  })

  it('may say that a range holds nothing', () => {
    const empty = frame([], { from: 7, to: 9 })
    expect(decodeFrame(encodeFrame(empty))).toEqual(empty)
  })

  it.each([
    ['out of order', { entries: frame(revocations.slice(0, 2)).entries.toReversed() }],
    ['before its range', { from: 5 }],
    ['after its range', { to: 5 }],
    ['of another incarnation', { incarnation: 2 }],
  ])('is not written with entries %s', (_name, change) => {
    expect(() => encodeFrame({ ...frame(revocations), ...change })).toThrow(RangeError)
  })

  it('takes less than 31 bytes for each id that was revoked', () => {
    const grown = encodeFrame(frame(revocations)).length - frameBytes.length
    expect(grown / 80).toBeLessThan(31)
  })

  it('with a kind that this build does not know is refused whole', () => {
    const bytes = encodeFrame(frame(revocations.slice(0, 1), { digest: '00'.repeat(32) }))
    // The entry begins with its step and its kind: the first 1, 1 after the digest and the count.
    const kind = bytes.length - (1 + 1 + 1 + 22 + 2)
    bytes[kind] = 200
    expect(() => decodeFrame(bytes)).toThrow(expect.objectContaining({ code: 'unsupported' }))
  })

  it('beyond the limit is refused unread', () => {
    expect(() => decodeFrame(new Uint8Array(MAX_FRAME_BYTES + 1))).toThrow(
      expect.objectContaining({ code: 'too_large' }),
    )
  })
})

describe('a snapshot', () => {
  it('takes 20 bytes for each id that was revoked', () => {
    const empty = encodeSnapshot(indexOf(revocations.slice(0, 1)))
    expect((snapshotBytes.length - empty.length) / 99).toBeCloseTo(20, 0)
  })

  it('beyond the limit is refused unread', () => {
    expect(() => decodeSnapshot(snapshotBytes, snapshotBytes.length - 1)).toThrow(
      expect.objectContaining({ code: 'too_large' }),
    )
  })

  it('is not written by an index that has a hole', () => {
    const gapped = indexOf(revocations)
    gapped.apply(frame([], { from: 200, to: 201 }))
    expect(() => encodeSnapshot(gapped)).toThrow(RangeError)
  })
})

describe.each(codecs)('the reader of a %s', (_name, valid, decode: (bytes: Uint8Array) => unknown) => {
  const refusesOrReads = (bytes: Uint8Array) => {
    try {
      decode(bytes)
    } catch (error) {
      expect(error).toBeInstanceOf(LogFormatError)
    }
  }

  it('refuses every beginning of what was written', () => {
    for (let length = 0; length < valid.length; length++) {
      expect(() => decode(valid.subarray(0, length))).toThrow(LogFormatError)
    }
  })

  it('refuses anything after the end', () => {
    expect(() => decode(Uint8Array.from([...valid, 0]))).toThrow(LogFormatError)
  })

  it('refuses another format', () => {
    const bytes = valid.slice()
    bytes[1] = 2
    expect(() => decode(bytes)).toThrow(expect.objectContaining({ code: 'unsupported' }))
  })

  it('never crashes on arbitrary bytes', () => {
    const header = [...valid.subarray(0, MAGIC_AND_FORMAT)]
    const bytes = fc.uint8Array({ maxLength: 400 })
    fc.assert(
      fc.property(bytes, fc.boolean(), (rest, isHeaded) =>
        refusesOrReads(isHeaded ? Uint8Array.from([...header, ...rest]) : rest),
      ),
      { numRuns: 2_000 },
    )
  })

  it('never crashes on changed bytes', () => {
    const changes = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(changes, (changed) => {
        const bytes = valid.slice()
        for (const [at, value] of changed) bytes[at] = value
        refusesOrReads(bytes)
      }),
      { numRuns: 2_000 },
    )
  })

  it('allocates nothing for a count that the input cannot hold', () => {
    // A count of 2^49 wherever one may stand.
    const huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]
    for (let at = MAGIC_AND_FORMAT; at < Math.min(valid.length, 200); at++) {
      refusesOrReads(Uint8Array.from([...valid.subarray(0, at), ...huge, ...valid.subarray(at)]))
    }
  })
})
