import { describe, expect, it } from 'vitest'
import { preparePassword, verifyPassword } from '../../src/directory/passwords.ts'
import { Secret } from '../../src/secrets/index.ts'

const login = 'Margaret@example.com'

describe('a password', () => {
  it('is kept as argon2id with the cost that is argued for', async () => {
    const { hash } = await preparePassword(new Secret('eight ch'), login)
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(await verifyPassword(hash, new Secret('eight ch'))).toBe(true)
    expect(await verifyPassword(hash, new Secret('eight cH'))).toBe(false)
  })

  it('is the same from two keyboards', async () => {
    const { hash } = await preparePassword(new Secret('Caf\u00e9 ouvert'), login)
    expect(await verifyPassword(hash, new Secret('Cafe\u0301 ouvert'))).toBe(true)
  })

  it.each([
    ['1234567', 'at least 8 characters'],
    ['\u{1F511}'.repeat(7), 'at least 8 characters'],
    ['x'.repeat(257), 'at most 256 characters'],
    ['xx-MARGARET-xx', 'no parts of your username'],
  ])('%j is refused: %s', async (password, requirement) => {
    await expect(preparePassword(new Secret(password), login)).rejects.toMatchObject({
      code: 'password_refused',
      details: { requirement },
    })
  })

  it.each([null, undefined])('does not match when there is none: %s', async (stored) => {
    for (const guess of ['', 'the password of nobody', 'x'.repeat(10_000)])
      expect(await verifyPassword(stored, new Secret(guess))).toBe(false)
  })
})
