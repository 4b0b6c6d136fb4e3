import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeProtectedHeader } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadMasterKey, MasterKeyRefused, MasterKeyVault, Secret } from '../../src/secrets/index.ts'

const KEY = Buffer.from('5dXAz6fT0vU1kJZbE4cEoP2pFqUe7h3m3rJ1yQwT9xk', 'base64url')

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rescind-key-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('the master key', () => {
  it.each([
    ['base64url', KEY.toString('base64url')],
    ['hexadecimal', KEY.toString('hex')],
    ['with a line end', `${KEY.toString('hex')}\n`],
  ])('is read from the environment as %s', async (_, text) => {
    expect((await loadMasterKey({ value: new Secret(text) })).keyId).toBe(new MasterKeyVault(KEY).keyId)
  })

  it.each([
    ['empty', ''],
    ['too short', randomBytes(31).toString('base64url')],
    ['too long', randomBytes(33).toString('hex')],
    ['not canonical', `${KEY.toString('base64url').slice(0, -1)}l`],
    ['padded', `${KEY.toString('base64url')}=`],
    ['a passphrase', 'correct horse battery staple correct horses'],
  ])('is refused when %s, and never shown', async (_, text) => {
    const refusal = await loadMasterKey({ value: new Secret(text) }).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(MasterKeyRefused)
    expect(String(refusal)).toContain('RESCIND_MASTER_KEY')
    if (text !== '') expect(String(refusal)).not.toContain(text)
  })

  it('is generated once for the embedded database, for its owner alone', async () => {
    const file = join(folder, 'master.key')
    const first = await loadMasterKey({ generated: { file, mayGenerate: true } })
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await loadMasterKey({ generated: { file, mayGenerate: false } })).keyId).toBe(first.keyId)
    expect((await readFile(file, 'utf8')).trim()).toHaveLength(43)
  })

  it('is not generated beside a database that has another', async () => {
    const file = join(folder, 'master.key')
    await expect(loadMasterKey({ generated: { file, mayGenerate: false } })).rejects.toThrow('missing')
    await expect(stat(file)).rejects.toThrow('ENOENT')
  })

  it('must be given where it cannot be generated', async () => {
    await expect(loadMasterKey({})).rejects.toThrow('RESCIND_MASTER_KEY_FILE')
    await expect(loadMasterKey({ file: join(folder, 'absent') })).rejects.toThrow('no file')
    await writeFile(join(folder, 'key'), 'nonsense')
    await expect(loadMasterKey({ file: join(folder, 'key') })).rejects.toThrow('not a master key')
  })
})

describe('a sealed value', () => {
  const vault = new MasterKeyVault(KEY)

  it('opens in its own place only, and names its key', async () => {
    const sealed = await vault.seal(new Secret('hush'), 'signing_key:1')
    expect((await vault.open(sealed, 'signing_key:1')).reveal()).toBe('hush')
    expect(decodeProtectedHeader(sealed).kid).toBe(vault.keyId)
    await expect(vault.open(sealed, 'signing_key:2')).rejects.toThrow('another place')
  })

  it('does not open under another key', async () => {
    const sealed = await vault.seal(new Secret('hush'), 'signing_key:1')
    await expect(new MasterKeyVault(randomBytes(32)).open(sealed, 'signing_key:1')).rejects.toThrow(
      vault.keyId,
    )
  })

  it('does not open with its header or its content changed', async () => {
    const [header = '', ...rest] = (await vault.seal(new Secret('hush'), 'a')).split('.')
    const moved = Buffer.from(Buffer.from(header, 'base64url').toString().replace('"a"', '"b"')).toString(
      'base64url',
    )
    await expect(vault.open([moved, ...rest].join('.'), 'b')).rejects.toThrow()
  })
})
