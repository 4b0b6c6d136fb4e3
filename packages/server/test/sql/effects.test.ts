/* What statements do, seen from where it matters: the Okta API, and who gets a token. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CryptoKey, decodeProtectedHeader, exportJWK, generateKeyPair } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DATABASES } from '../support/databases.ts'
import { inheritedEnvironment } from '../support/inherited-environment.ts'
import {
  createClient,
  createPerson,
  createServer,
  fresh,
  Management,
  type TestApi,
  type TestClient,
} from '../support/management.ts'
import { openNodes, type TestNodes } from '../support/nodes.ts'
import { clientToken, introspect } from '../support/oidc-world.ts'
import { runCommand } from '../support/server-process.ts'

const DONE = 'The operation was despatched successfully'

describe.each(DATABASES)('statements on $name', (database) => {
  let nodes: TestNodes
  let admin: Management
  let api: TestApi
  let service: TestClient
  let subdomain: string
  beforeAll(async () => {
    nodes = await openNodes(database)
    admin = new Management(nodes.publicUrl, nodes.apiToken)
    api = await createServer(admin, 'jwt')
    service = await createClient(admin, { type: 'service', method: 'private_key_jwt' })
    const { rows } = await ask(
      'SELECT DISTINCT subdomain FROM okta.authorizationservers.authorization_servers',
    )
    subdomain = String(rows[0]?.subdomain)
  })
  afterAll(() => nodes.close())

  async function ask(statement: string) {
    const { columns, rows, message } = await admin.ok('POST /api/rescind/v1/sql', { statement })
    const objects = rows.map((row: readonly unknown[]) =>
      Object.fromEntries(row.map((cell, index) => [columns[index], cell])),
    )
    return { rows: objects as readonly Readonly<Record<string, unknown>>[], message }
  }

  const here = () => `subdomain='${subdomain}' AND appId='${service.id}'`
  const keysShown = async () => (await admin.ok(`GET /api/v1/apps/${service.id}/credentials/jwks`)).keys
  const signingKey = async () => {
    const pair = await generateKeyPair('RS256', { extractable: true })
    const { n, e } = await exportJWK(pair.publicKey)
    return { key: pair.privateKey, n, e, kid: fresh('key') }
  }
  const insertOf = ({ kid, e, n }: { kid: string; e?: string | undefined; n?: string | undefined }) =>
    `INSERT INTO okta.apps.jwks(kty,kid,"use",alg,e,n,status,appId,subdomain)
     SELECT 'RSA','${kid}','sig','RS256','${e}','${n}','ACTIVE','${service.id}','${subdomain}' RETURNING id, kid, status`
  const by = (kid: string, key: CryptoKey) => clientToken({ ...service, key: { kid, key } }, api)
  const exec = (method: string, id: string) =>
    `EXEC okta.apps.jwks.${method} @subdomain='${subdomain}', @appId='${service.id}', @keyId='${id}'`

  it('let a key in and out of an application: who has it gets tokens, or none', async () => {
    const { key, kid, n, e } = await signingKey()
    await expect(by(kid, key)).rejects.toThrow()
    const inserted = await ask(insertOf({ kid, n, e }))
    expect(inserted).toMatchObject({ rows: [{ kid, status: 'ACTIVE' }], message: DONE })
    const id = String(inserted.rows[0]?.id)
    expect(await by(kid, key)).toMatchObject({ token_type: 'bearer' })

    expect((await ask(`SELECT id, kid, status FROM okta.apps.jwks WHERE ${here()}`)).rows).toEqual(
      (await keysShown()).map((shown: Readonly<Record<string, string>>) => ({
        id: shown.id,
        kid: shown.kid,
        status: shown.status,
      })),
    )
    expect((await ask(`SELECT * FROM okta.apps.jwks WHERE ${here()} AND keyId='${id}'`)).rows).toMatchObject([
      { id, kid, n, e, alg: 'RS256' },
    ])

    await ask(exec('deactivate_oauth2_client_json_web_key', id))
    await expect(by(kid, key)).rejects.toThrow()
    await ask(exec('activate_oauth2_client_json_web_key', id))
    expect(await by(kid, key)).toMatchObject({ token_type: 'bearer' })
    await ask(exec('deactivate_oauth2_client_json_web_key', id))
    expect((await ask(`DELETE FROM okta.apps.jwks WHERE ${here()} AND keyId='${id}'`)).message).toBe(DONE)
    await expect(by(kid, key)).rejects.toThrow()
    expect((await keysShown()).map((shown: { kid: string }) => shown.kid)).toEqual([service.key?.kid])
  })

  it('rotate what an authorization server signs by', async () => {
    const ring = async () => {
      const keys = await admin.ok(`GET /api/v1/authorizationServers/${api.serverId}/credentials/keys`)
      return new Map(keys.map(({ status, kid }: { status: string; kid: string }) => [status, kid]))
    }
    const signedBy = async () => decodeProtectedHeader((await clientToken(service, api)).access_token).kid
    const before = await ring()
    expect(await signedBy()).toBe(before.get('ACTIVE'))
    await ask(
      `EXEC okta.authorizationservers.keys.rotate_authorization_server_keys @subdomain='${subdomain}', @authServerId='${api.serverId}' @@json='{"use":"sig"}'`,
    )
    const after = await ring()
    expect(after.get('ACTIVE')).toBe(before.get('NEXT'))
    expect(after.get('EXPIRED')).toBe(before.get('ACTIVE'))
    expect(await signedBy()).toBe(after.get('ACTIVE'))
  })

  it('make, replace and delete an authorization server, and update a user', async () => {
    const servers = 'okta.authorizationservers.authorization_servers'
    const audiences = JSON.stringify([`https://${fresh('api')}.example.com`])
    const made = await ask(
      `INSERT INTO ${servers}(name, description, audiences) VALUES ('first', 'made', '${audiences}') RETURNING id, name, status`,
    )
    expect(made.rows).toMatchObject([{ name: 'first', status: 'ACTIVE' }])
    const id = made.rows[0]?.id
    const place = `/api/v1/authorizationServers/${id}` as const
    const replaced = await ask(
      `REPLACE ${servers} SET name = 'second', description = 'replaced', audiences = '${audiences}', issuerMode = 'ORG_URL' WHERE authServerId = '${id}' RETURNING id, description`,
    )
    expect(replaced.rows).toEqual([{ id, description: 'replaced' }])
    expect(await admin.ok(`GET ${place}`)).toMatchObject({ name: 'second', description: 'replaced' })
    await ask(`EXEC ${servers}.deactivate_authorization_server @authServerId='${id}'`)
    expect(await admin.ok(`GET ${place}`)).toMatchObject({ status: 'INACTIVE' })
    await ask(`DELETE FROM ${servers} WHERE authServerId = '${id}'`)
    expect(await admin.call(`GET ${place}`)).toMatchObject({ status: 404 })

    const ada = await createPerson(admin)
    await ask(`UPDATE okta.users.users SET profile = '{"nickName":"Countess"}' WHERE userId = '${ada.id}'`)
    expect(await admin.ok(`GET /api/v1/users/${ada.id}`)).toMatchObject({
      profile: { nickName: 'Countess', login: ada.login },
    })
  })

  it('revoke: a token that was good is not, and the next one is', async () => {
    const inspector = await createClient(admin, { type: 'service', method: 'client_secret_basic' })
    const state = async (token: string) => (await introspect({ inspector }, api.issuer, token)).active
    const { access_token } = await clientToken(service, api)
    expect(await state(access_token)).toBe(true)
    const { rows } = await ask(
      `INSERT INTO rescind.revocations.revocations(type, target_id, reason) VALUES ('application', '${service.id}', 'compromised') RETURNING type, reason`,
    )
    expect(rows).toEqual([{ type: 'application', reason: 'compromised' }])
    expect(await state(access_token)).toBe(false)
    expect(await state((await clientToken(service, api)).access_token)).toBe(true)
  })

  // A process takes its time: once is enough.
  if (database === DATABASES[0])
    it('do the same through the shell, up to the first refusal', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'rescind-shell-'))
      try {
        const environment = { ...inheritedEnvironment(), HOME: folder, RESCIND_API_TOKEN: nodes.apiToken }
        const shell = (...words: readonly string[]) =>
          runCommand(['sql', ...words, '-o', 'jsonl', '--url', nodes.publicUrl], environment)
        const { key, kid, n, e } = await signingKey()
        const inserted = await shell(insertOf({ kid, n, e }))
        expect(inserted).toMatchObject({ code: 0, stderr: `${DONE}\n` })
        const { id } = JSON.parse(inserted.stdout)
        expect(await by(kid, key)).toMatchObject({ token_type: 'bearer' })

        const one = `SELECT kid, status FROM okta.apps.jwks WHERE ${here()} AND keyId='${id}'`
        const remove = `DELETE FROM okta.apps.jwks WHERE ${here()} AND keyId='${id}'`
        const file = join(folder, 'statements.sql')
        const off = exec('deactivate_oauth2_client_json_web_key', id)
        const on = exec('activate_oauth2_client_json_web_key', id)
        await writeFile(file, [one, off, one, on, one, remove, off].join(';\n'))
        const stopped = await shell('-f', file)
        expect(stopped.code).toBe(1)
        const statuses = ['ACTIVE', 'INACTIVE', 'ACTIVE']
        expect(stopped.stdout).toBe(statuses.map((status) => `${JSON.stringify({ kid, status })}\n`).join(''))
        expect(stopped.stderr).toMatch(/despatched[\s\S]*despatched[\s\S]*client_key_active/)
        // What stood behind the refused one was not done.
        expect(await by(kid, key)).toMatchObject({ token_type: 'bearer' })
        await writeFile(file, `${off}; ${remove};`)
        expect(await shell('-f', file)).toMatchObject({ code: 0, stdout: '' })
        await expect(by(kid, key)).rejects.toThrow()
      } finally {
        await rm(folder, { recursive: true })
      }
    })
})
