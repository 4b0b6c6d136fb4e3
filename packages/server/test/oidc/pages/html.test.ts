import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Html, html } from '../../../src/oidc/pages/html.ts'
import { SlowDown } from '../../../src/oidc/pages/slow-down.ts'

const NAMES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
  '#96': '`',
}

describe('the template of the pages', () => {
  it('keeps every text a text, in an element and in an attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const source = html`<p title="${text}">${text}</p>`.toString()
        const found = /^<p title="([^"<>]*)">([^<>]*)<\/p>$/.exec(source)
        const read = (escaped = '') => escaped.replaceAll(/&(#?\w+);/g, (_all, name) => NAMES[name] ?? '')
        expect([read(found?.[1]), read(found?.[2])]).toEqual([text, text])
      }),
    )
  })

  it('puts pieces of its own in as they are, and nothing for nothing', () => {
    expect(html`${[html`<b>${1}</b>`, html`<i>${'<'}</i>`]}${undefined}`.toString()).toBe(
      '<b>1</b><i>&lt;</i>',
    )
  })

  it('takes nobody else for itself', () => {
    expect(() => new Html(Symbol('made by html'), '<script>')).toThrow(TypeError)
  })
})

describe('slowing down', () => {
  const limits = { free: 3, longest: 60_000 }
  const clocked = () => {
    let now = 1_000_000
    return { now: () => now, advance: (by: number) => (now += by) }
  }

  it('doubles the wait with each failure, up to the longest, and forgives with time', () => {
    const clock = clocked()
    const slow = new SlowDown(clock, limits)
    const waits: number[] = []
    for (let failures = 0; failures < 12; failures++) {
      const wait = slow.wait('ada')
      waits.push(wait)
      clock.advance(wait)
      slow.began('ada')
    }
    expect(waits).toEqual([0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1_000))
    expect(slow.wait('bob')).toBe(0)
    clock.advance(3_600_000)
    expect(slow.wait('ada')).toBe(0)
  })

  it('counts what has begun, so that many at once are not all the first', () => {
    const slow = new SlowDown(clocked(), limits)
    for (let attempt = 0; attempt < 3; attempt++) slow.began('ada')
    expect(slow.wait('ada')).toBe(1_000)
    slow.takeBack('ada')
    expect(slow.wait('ada')).toBe(0)
    slow.began('ada')
    slow.forgive('ada')
    expect(slow.wait('ada')).toBe(0)
  })
})
