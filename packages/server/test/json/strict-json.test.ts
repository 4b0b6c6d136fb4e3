import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseStrictJson } from '../../src/json/strict-json.ts'

const parse = (text: string) => parseStrictJson(new TextEncoder().encode(text))

describe('the strict reader of JSON', () => {
  it('reads what any reader would read alike', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const parsed = parse(text)
        if (parsed.ok) expect(parsed.value).toEqual(JSON.parse(text))
        // What it refuses is refused for a reason that the text really has.
        else expect(text).toMatch(/__proto__|constructor|prototype|\\u|\d{16}|e\+|\[\[\[/)
      }),
    )
  })

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(typeof parseStrictJson(bytes).ok).toBe('boolean')
      }),
    )
  })

  it.each([
    ['{"a":1,"a":2}', 'The body has a member twice.'],
    ['{"a":{"b":1,"\\u0062":2}}', 'The body has a member twice.'],
    ['[{"a":1},{"a":1,"a":1}]', 'The body has a member twice.'],
    ['{"__proto__":1}', 'The body has a member that is not allowed.'],
    ['{"a":[{"constructor":1}]}', 'The body has a member that is not allowed.'],
    ['{"a":"\\u0000"}', 'The body has a character that is not text.'],
    ['{"\\udfff":1}', 'The body has a character that is not text.'],
    ['9007199254740992', 'The body has an integer out of range.'],
    ['1e999', 'The body has a number out of range.'],
    ['"a', 'The body is not JSON.'],
    ['\uFEFF1', 'The body is not JSON.'],
    ['NaN', 'The body is not JSON.'],
    ['"secret" x', 'The body is not JSON.'],
    [`${'['.repeat(33)}${']'.repeat(33)}`, 'The body is nested more than 32 deep.'],
  ])('%s: %s', (text, reason) => {
    expect(parse(text)).toEqual({ ok: false, reason })
  })

  it.each([
    ['the same name in two objects', '[{"a":1},{"a":1}]'],
    ['the same name in parent and child', '{"a":{"a":1}}'],
    ['a string that looks like a member', '{"a":"\\"a\\":1,"}'],
    ['brackets in a string', `{"a":"${'['.repeat(100)}"}`],
    ['a forbidden name as a value', '{"a":"__proto__"}'],
    ['a pair of surrogates', '{"a":"\\ud83d\\udd11"}'],
    ['fractions and exponents', '[1.5,-0,2e3,9007199254740991]'],
  ])('reads %s', (_, text) => {
    expect(parse(text)).toEqual({ ok: true, value: JSON.parse(text) })
  })

  // A pattern that starts over at each quote needs minutes for this.
  it('reads a body of quotes that never end in one go', () => {
    expect(parse('"\\'.repeat(100_000)).ok).toBe(false)
  })
})
