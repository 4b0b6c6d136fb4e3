import { formatPosition, parsePosition } from '@rescind/core/log'
import { describe, expect, it } from 'vitest'

const log = '656e4d8e91cb7d26db1bc9c6'

describe('a position', () => {
  it('reads back what it writes', () => {
    const position = { log, incarnation: 2, seq: 8841 }
    expect(parsePosition(formatPosition(position))).toEqual(position)
  })

  it.each([
    '',
    `${log}.1`,
    `${log}.0.1`,
    `${log}.1.01`,
    `${log}.1.-1`,
    `${log.toUpperCase()}.1.1`,
    `${log}.1.1 `,
  ])('refuses %j', (text) => {
    expect(parsePosition(text)).toBeUndefined()
  })
})
