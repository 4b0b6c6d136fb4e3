import { encodeFrame, encodeSnapshot, LogIndex } from '@rescind/core/log'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ServerEvent } from '../src/follow/events.ts'
import type { VerifierEvent } from '../src/follow/options.ts'
import type { LogSource } from '../src/follow/surroundings.ts'
import { Verifier } from '../src/verifier.ts'
import { Time } from './simulation/time.ts'
import { LOG, platform, RESOURCES } from './simulation/tokens.ts'

const VIEW = 'ab'.repeat(16)
const DIGEST = 'cd'.repeat(32)
const EMPTY = { log: LOG, incarnation: 1, from: 0, to: 0, view: VIEW, digest: DIGEST, entries: [] }

describe('a verifier and its authority', () => {
  let time: Time
  let events: VerifierEvent[]
  let asked: string[]
  let verifier: Promise<Verifier>
  /** What gets through. */
  let reachable: { acknowledgements: boolean; streams: boolean }

  beforeEach(() => {
    time = new Time()
    events = []
    asked = []
    reachable = { acknowledgements: true, streams: true }
    const index = new LogIndex({ log: LOG, classes: ['access'], hashKey: new Uint8Array(16) })
    index.load({ log: LOG, incarnation: 1, seq: 0, view: VIEW, digest: DIGEST, entries: [] })
    const snapshot = encodeSnapshot(index)
    const lost = () => Promise.reject(new Error('lost'))
    const source: LogSource = {
      register: async () => ({ nodeId: 'n', nodeToken: 'n' }),
      returnKeys: async () => undefined,
      acknowledge: async () =>
        reachable.acknowledgements
          ? {
              head: { log: LOG, incarnation: 1, seq: 0 },
              view: VIEW,
              maxStaleness: 9_000,
              whenStale: 'closed',
            }
          : lost(),
      snapshot: async () => snapshot,
      async *stream(): AsyncGenerator<ServerEvent> {
        asked.push('stream')
        if (reachable.streams) yield frame()
        await time.wait(1_000)
        throw new Error('lost')
      },
      poll: async (_node, _query, signal) => {
        asked.push('poll')
        await time.wait(1_000)
        signal.throwIfAborted()
        return [frame().data]
      },
    }
    const options = {
      authority: 'https://id.example.com',
      credential: 'rsc_test',
      audience: RESOURCES[0],
      clock: { now: () => time.now, monotonic: () => time.now },
      onEvent: (event: VerifierEvent) => events.push(event),
    }
    verifier = Verifier.open(options, platform, undefined, {
      source,
      introspection: undefined,
      after: (milliseconds, callback) => time.after(milliseconds, callback),
      random: () => 0.5,
    })
  })
  afterEach(async () => {
    const closing = verifier.then((open) => open.close())
    await time.pass(5_000)
    await closing
  })

  const waits = () => events.flatMap((event) => (event.type === 'disconnected' ? [event.retryIn] : []))

  it('waits longer and longer between two attempts while nothing gets through', async () => {
    Object.assign(reachable, { streams: false, acknowledgements: false })
    await time.pass(60_000)
    expect(waits().slice(0, 4)).toEqual([150, 300, 600, 1_200])
    expect(Math.max(...waits())).toBe(7_500)
    expect(asked).not.toContain('poll')
  })

  it('polls where streams alone do not get through, and tries a stream again later', async () => {
    reachable.streams = false
    await time.pass(60_000)
    // The first got through, before the test began.
    expect(asked.slice(0, 4)).toEqual(['stream', 'stream', 'stream', 'poll'])
    reachable.streams = true
    await time.pass(330_000)
    expect(asked.at(-1)).toBe('stream')
  })
})

function frame(): ServerEvent & { readonly data: string } {
  return { event: 'frame', data: Buffer.from(encodeFrame(EMPTY)).toString('base64url') }
}
