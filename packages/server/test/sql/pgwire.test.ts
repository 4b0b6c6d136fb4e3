import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { connect } from 'node:net'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PostgresListener } from '../../src/sql/index.ts'
import { isLoopback } from '../../src/sql/pgwire/sign-in.ts'
import { createApp, webBody } from '../support/applications.ts'
import { ORGANIZATION_A, ORGANIZATION_B } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'
import { createCredential, type TestOkta } from '../support/okta.ts'
import { openSqlPorts, type SqlPorts } from '../support/sql-ports.ts'

const { n, e } = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' })

describe.each(DATABASES)('the PostgreSQL protocol on $name', (database) => {
  let ports: SqlPorts
  let okta: TestOkta
  let local: PostgresListener
  /** Takes every peer for one from elsewhere, so that passwords have to be proved. */
  let remote: PostgresListener
  let app: string
  beforeAll(async () => {
    ports = await openSqlPorts(database)
    okta = ports.okta
    local = await ports.listen()
    remote = await ports.listen({ isLocal: () => false })
    app = await createApp(okta, webBody())
  })
  afterAll(async () => {
    await Promise.all([local.close(), remote.close()])
    await ports.close()
  })

  const open = (options: pg.ClientConfig = {}) => ports.connect({ port: local.port, ...options })
  const psql = (...words: string[]) => psqlAs({}, ...words)
  const psqlAs = (
    { port = local.port, user = 'anybody', password = okta.adminA.token },
    ...words: string[]
  ): Promise<{ out: string; err: string }> =>
    new Promise((resolve) => {
      const address = `host=127.0.0.1 port=${port} user=${user} dbname=${ORGANIZATION_A}`
      const env = { PATH: process.env.PATH, PGPASSWORD: password, PGCONNECT_TIMEOUT: '10' }
      execFile('psql', ['-X', '-A', '-t', '-d', address, ...words], { env }, (_failure, out, err) =>
        resolve({ out, err }),
      )
    })

  it('takes the statements of okta.apps.jwks from psql', async () => {
    const where = `subdomain='${ORGANIZATION_A}' AND appId='${app}'`
    const insert = `INSERT INTO okta.apps.jwks(kty,kid,"use",alg,e,n,status,appId,subdomain)
      SELECT 'RSA','key1','sig','RS256','${e}','${n}','ACTIVE','${app}','${ORGANIZATION_A}' RETURNING id, kid, status`
    const inserted = await psql('-c', insert)
    const id = inserted.out.split('|')[0] ?? ''
    expect(inserted.out).toBe(`${id}|key1|ACTIVE\nINSERT 0 1\n`)
    expect(inserted.err).toContain('The operation was despatched successfully')
    expect((await okta.call(okta.adminA, `GET /apps/${app}/credentials/jwks`)).body.keys).toMatchObject([
      { id, kid: 'key1', n },
    ])
    const exec = (method: string) =>
      `EXEC okta.apps.jwks.${method} @subdomain='${ORGANIZATION_A}', @appId='${app}', @keyId='${id}'`
    const { out, err } = await psql(
      ...[
        '-c',
        `SELECT id, kid, "use", JSON_EXTRACT("_links",'$.deactivate.hints.allow[0]') FROM okta.apps.jwks WHERE ${where}`,
      ],
      ...['-c', exec('deactivate_oauth2_client_json_web_key')],
      ...['-c', exec('activate_oauth2_client_json_web_key')],
      ...['-c', `SELECT kid FROM okta.apps.jwks WHERE ${where} AND keyId='${id}'`],
      ...['-c', `DELETE FROM okta.apps.jwks WHERE ${where} AND keyId='${id}'`],
      ...['-c', exec('deactivate_oauth2_client_json_web_key')],
      ...['-c', `DELETE FROM okta.apps.jwks WHERE ${where} AND keyId='${id}'`],
      ...[
        '-c',
        `EXEC okta.authorizationservers.keys.rotate_authorization_server_keys @authServerId='nowhere' @@json='{"use":"sig"}'`,
      ],
    )
    expect(out).toBe(`${id}|key1|sig|POST\nEXEC 1\nEXEC 1\nkey1\nEXEC 1\nDELETE 1\n`)
    // The rules of the ring are those of HTTP, and what is not there is not there.
    expect(err.match(/ERROR: .*/g)).toHaveLength(2)
    expect(err).toContain('client_key_active')
  })

  it('speaks the extended protocol with node-postgres', async () => {
    const client = await open()
    const text =
      'SELECT id, client_id, created, visibility, 1 AS one, true AS yes FROM okta.apps.apps WHERE id = $1'
    for (const run of [1, 2]) {
      const { rows, fields } = await client.query({ name: 'by-id', text, values: [app] })
      expect(rows, `run ${run}`).toEqual([
        expect.objectContaining({
          id: app,
          one: '1',
          yes: true,
          created: expect.any(Date),
          visibility: expect.any(Object),
        }),
      ])
      expect(fields.map(({ dataTypeID }) => dataTypeID)).toEqual([25, 25, 1184, 114, 20, 16])
    }
    const binary = { text: 'SELECT $1 AS v, true AS t', values: ['ä'], binary: true }
    expect((await client.query(binary)).rows).toEqual([{ v: 'ä', t: true }])
    await expect(
      client.query('SELECT nothing FROM okta.apps.apps WHERE id = $1', [app]),
    ).rejects.toMatchObject({
      code: '42601',
    })
    for (const words of ['BEGIN', 'SET application_name = x', 'COMMIT', 'DISCARD ALL', '', ';'])
      await client.query(words)
    expect((await client.query('SHOW server_version')).rows).toEqual([{ server_version: '15.0 (Rescind)' }])
    await expect(client.query('SHOW nothing_of_the_kind')).rejects.toMatchObject({ code: '42704' })
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: '1' }])
    await client.end()
  })

  it('sends the rows of a portal as many at a time as are asked for', async () => {
    const client = await open()
    const query = new pg.Query('SELECT value FROM json_each($1)', ['[1,2,3,4,5]'])
    Object.assign(query, { rows: 2 })
    const rows: unknown[] = []
    await new Promise<void>((resolve, reject) => {
      query
        .on('row', (row) => rows.push(row))
        .on('error', reject)
        .on('end', () => resolve())
      client.query(query)
    })
    expect(rows).toHaveLength(5)
    await client.end()
  })

  it('lets nobody in who has no token of the organization, and a reader change nothing', async () => {
    await expect(open({ password: 'wrong-password' })).rejects.toMatchObject({ code: '28P01' })
    await expect(open({ database: ORGANIZATION_B })).rejects.toMatchObject({ code: '3D000' })
    const reader = await createCredential(okta.authority, okta.authority.actorA, 'organization_reader')
    const client = await open({ password: reader.token })
    expect((await client.query('SELECT id FROM okta.apps.apps')).rows).toContainEqual({ id: app })
    await expect(client.query(`DELETE FROM okta.apps.apps WHERE appId = '${app}'`)).rejects.toMatchObject({
      code: '42501',
    })
    await expect(
      client.query(`SELECT id FROM okta.apps.apps WHERE subdomain = '${ORGANIZATION_B}'`),
    ).rejects.toMatchObject({ code: '42501' })
    // A token that was revoked ends what it had begun.
    const tokens = await okta.authority.store.read(okta.authority.actorA, (tx) =>
      tx.db.selectFrom('api_tokens').selectAll().where('user_id', '=', reader.userId).execute(),
    )
    await okta.call(okta.adminA, `DELETE /api-tokens/${tokens[0]?.id}`)
    await expect(client.query('SELECT 1')).rejects.toMatchObject({ code: '28000' })
  })

  it('has a token proved where it could be overheard', async () => {
    const { store, actorA } = okta.authority
    const tokens = await store.read(actorA, (tx) =>
      tx.db.selectFrom('api_tokens').selectAll().where('user_id', '=', okta.adminA.userId).execute(),
    )
    const user = tokens[0]?.id ?? ''
    expect(JSON.stringify(tokens)).not.toContain(okta.adminA.token)
    const client = await open({ port: remote.port, user })
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: '1' }])
    await client.end()
    expect(await psqlAs({ port: remote.port, user }, '-c', 'SELECT 2 AS two')).toEqual({
      out: '2\n',
      err: '',
    })
    for (const wrong of [{ user, password: okta.adminB.token }, { user: '00Tnobody' }])
      await expect(open({ port: remote.port, ...wrong })).rejects.toMatchObject({ code: '28P01' })
    await store.write(actorA, (tx) =>
      tx.db.updateTable('api_tokens').set({ scram_verifier: null }).where('id', '=', user).execute(),
    )
    await expect(open({ port: remote.port, user })).rejects.toMatchObject({ code: '28000' })
  })

  it('refuses what is hostile and stays there', async () => {
    const client = await open()
    for (const [statement, code] of [
      ['SELECT 1; DELETE FROM okta.apps.apps', '42601'],
      ['SELECT pg_sleep(60)', '42601'],
      [`COPY okta.apps.apps FROM PROGRAM 'id'`, '42601'],
      ['SELECT * FROM pg_catalog.pg_shadow', '0A000'],
      ['SELECT * FROM information_schema.tables', '0A000'],
      ['COMMIT; DELETE FROM okta.apps.apps', '42601'],
      [`SELECT '${'x'.repeat(70_000)}'`, '42601'],
    ])
      await expect(client.query(statement ?? ''), statement?.slice(0, 60)).rejects.toMatchObject({ code })
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: '1' }])
    await client.end()
    // Lengths that are lies, and the words of another protocol: an end, not a wait.
    for (const bytes of [
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      Buffer.alloc(8),
      Buffer.from('7fffffff00030000', 'hex'),
    ]) {
      const socket = connect(local.port, '127.0.0.1')
      socket.on('error', () => {})
      const closed = new Promise((resolve) => socket.once('close', resolve))
      socket.on('data', () => {})
      socket.write(bytes)
      await closed
    }
  })

  it('answers the look-ups of psql', async () => {
    const { out, err } = await psql(
      '-c',
      '\\dt',
      '-c',
      '\\dn',
      '-c',
      '\\l',
      '-c',
      '\\d nothing',
      '-c',
      '\\df',
    )
    expect(out).toContain('okta.apps|jwks|table|rescind')
    expect(out).toContain('rescind.keys|rescind')
    expect(err).toContain('nothing')
    expect(err).toContain('there is no system catalogue here')
  })
})

it('knows which peers are in this machine', () => {
  for (const here of ['127.0.0.1', '127.0.0.2', '::1', '::ffff:127.0.0.1'])
    expect(isLoopback(here)).toBe(true)
  for (const there of ['10.0.0.1', '192.0.2.1', '::ffff:192.0.2.1', '2001:db8::1', '::', ''])
    expect(isLoopback(there)).toBe(false)
})
