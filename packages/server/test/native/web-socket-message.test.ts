import { describe, expect, it } from 'vitest'
import { webSocketMessage } from '../../src/apis/native/web-socket-message.ts'

describe('a message of a WebSocket', () => {
  // The examples of RFC 6455 section 5.7, and the lengths at which another form begins.
  it.each([
    ['text', Buffer.from('Hello'), '8105'],
    ['binary', Buffer.alloc(125, 7), '827d'],
    ['binary', Buffer.alloc(126, 7), '827e007e'],
    ['binary', Buffer.alloc(256, 7), '827e0100'],
    ['binary', Buffer.alloc(65_535, 7), '827effff'],
    ['binary', Buffer.alloc(65_536, 7), '827f0000000000010000'],
  ] as const)('of %s with $1.length bytes begins as the standard says', (kind, payload, header) => {
    const message = webSocketMessage(kind, payload)
    const length = header.length / 2
    expect(message.subarray(0, length).toString('hex')).toBe(header)
    expect(message.subarray(length).equals(payload)).toBe(true)
  })
})
