import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConfigurationError, readConfiguration, VARIABLES } from '../../src/start/configuration/index.ts'

const KEY = 'k'.repeat(43)

describe('configuration', () => {
  it('is complete with nothing given', () => {
    expect(readConfiguration({})).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      publicUrl: undefined,
      dataDir: './data',
      databaseUrl: undefined,
      allowPrivateNetworks: false,
      trustedProxies: [],
      logLevel: 'info',
      oktaRequestsPerMinute: 1200,
      apiEncryptionKeyLimit: 5,
      firstStart: { login: 'admin@localhost', password: undefined },
      remarks: [],
    })
  })

  it.each([
    ['RESCIND_HOST', 'a b'],
    ['RESCIND_PORT', 'http'],
    ['RESCIND_PORT', '65536'],
    ['RESCIND_PORT', '-1'],
    ['RESCIND_PORT', '08'],
    ['RESCIND_PORT', '80.5'],
    ['RESCIND_PUBLIC_URL', 'localhost:8080'],
    ['RESCIND_PUBLIC_URL', 'https://id.example.com/'],
    ['RESCIND_PUBLIC_URL', 'https://user@id.example.com'],
    ['RESCIND_PUBLIC_URL', 'ftp://id.example.com'],
    ['RESCIND_DATABASE_URL', 'mysql://db/rescind'],
    ['RESCIND_NATS_URL', 'http://nats'],
    ['RESCIND_MASTER_KEY', 'short'],
    ['RESCIND_ALLOW_PRIVATE_NETWORKS', 'yes'],
    ['RESCIND_TRUSTED_PROXIES', '10.0.0.0/33'],
    ['RESCIND_TRUSTED_PROXIES', 'proxy.example.com'],
    ['RESCIND_PGWIRE_PORT', '1e3'],
    ['RESCIND_LOG_LEVEL', 'loud'],
    ['RESCIND_OKTA_REQUESTS_PER_MINUTE', '0'],
    ['RESCIND_API_KEY_LIMIT', '51'],
    ['RESCIND_ORG_ID', 'ABCDEFABCDEFABCDEFABCDEF'],
    ['RESCIND_FEDERATION_ID', '12'],
    ['RESCIND_ADMIN_LOGIN', 'a b'],
    ['RESCIND_ADMIN_PASSWORD', 'short'],
    ['RESCIND_ADMIN_API_TOKEN', 'with a space in it'],
    ['RESCIND_ADMIN_PUBLIC_KEY', 'a:b'],
    ['RESCIND_ADMIN_PRIVATE_KEY', 'short'],
    ['RESCIND_ADMIN_CLIENT_ID', 'a:b'],
    ['RESCIND_ADMIN_CLIENT_SECRET', 'short'],
    ['RESCIND_CONFIG_FILE', '/does/not/exist'],
  ])('refuses %s=%s by name', (name, value) => {
    expect(() => readConfiguration({ [name]: value })).toThrow(ConfigurationError)
    expect(() => readConfiguration({ [name]: value })).toThrow(new RegExp(`^${name} `))
  })

  it.each([
    [
      { RESCIND_MASTER_KEY: KEY, RESCIND_MASTER_KEY_FILE: '/key' },
      /RESCIND_MASTER_KEY .*RESCIND_MASTER_KEY_FILE/,
    ],
    [{ RESCIND_DATABASE_URL: 'postgres://db/rescind' }, /RESCIND_DATABASE_URL needs RESCIND_MASTER_KEY/],
    [{ RESCIND_PORT: '5432', RESCIND_PGWIRE_PORT: '5432' }, /RESCIND_PGWIRE_PORT and RESCIND_PORT/],
    [{ RESCIND_ADMIN_PUBLIC_KEY: 'abcdefgh' }, /RESCIND_ADMIN_PUBLIC_KEY and RESCIND_ADMIN_PRIVATE_KEY/],
    [
      { RESCIND_ADMIN_CLIENT_SECRET: 's'.repeat(40) },
      /RESCIND_ADMIN_CLIENT_ID and RESCIND_ADMIN_CLIENT_SECRET/,
    ],
  ])('refuses the combination %j', (environment, message) => {
    expect(() => readConfiguration(environment)).toThrow(message)
  })

  it('never repeats a value that it refuses', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(VARIABLES)),
        fc.string({ minLength: 6 }).map((value) => `\u0001${value}`),
        (name, value) => {
          try {
            readConfiguration({ [name]: value })
          } catch (error) {
            if (!(error instanceof ConfigurationError)) throw error
            // A path is not a secret, and an operator needs to see which file was meant.
            if (name !== 'RESCIND_CONFIG_FILE') expect(error.message).not.toContain(value)
          }
        },
      ),
    )
  })

  it('takes an empty variable for an absent one, and says which names it does not know', () => {
    expect(readConfiguration({ RESCIND_PORT: '' }).port).toBe(8080)
    expect(readConfiguration({ RESCIND_PROT: '1' }).remarks).toEqual([
      'RESCIND_PROT is not a variable of this release',
    ])
  })

  it('reads a file, over which the environment wins, and refuses an unknown name in it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rescind-'))
    const file = join(folder, 'rescind.env')
    await writeFile(file, 'RESCIND_PORT=1\nRESCIND_HOST="0.0.0.0"\n')
    expect(readConfiguration({ RESCIND_CONFIG_FILE: file, RESCIND_PORT: '2' })).toMatchObject({
      port: 2,
      host: '0.0.0.0',
    })
    await writeFile(file, 'RESCIND_PROT=1\n')
    expect(() => readConfiguration({ RESCIND_CONFIG_FILE: file })).toThrow(/^RESCIND_PROT is not a variable/)
    await rm(folder, { recursive: true })
  })
})

describe('docs/configuration.md', () => {
  it('lists every variable with its default and its sentence, and no other', async () => {
    const document = await readFile(new URL('../../../../docs/configuration.md', import.meta.url), 'utf8')
    const rows = [...document.matchAll(/^\| `(RESCIND_\w+)` \| (.*?) \| (.*) \|$/gm)].map((row) =>
      row.slice(1),
    )
    expect(rows).toEqual(
      Object.entries(VARIABLES).map(([name, variable]) => [
        name,
        'byDefault' in variable ? `\`${variable.byDefault}\`` : '',
        `${variable.about} Must ${variable.must.replaceAll('|', '\\|')}.`,
      ]),
    )
  })
})
