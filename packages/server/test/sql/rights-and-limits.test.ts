import { readdirSync, readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp, webBody } from '../support/applications.ts'
import { ORGANIZATION_A } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'
import { type Credential, createCredential, openTestOkta, type TestOkta } from '../support/okta.ts'
import { BOMB, query } from './client.ts'

const childrenOf = (pid: number): number[] =>
  readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  )
const commandOf = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8')
/** What starts the processes for relational work. */
const launchers = () => childrenOf(process.pid).filter((child) => commandOf(child).includes('sandbox/launch'))
const workers = () => launchers().flatMap(childrenOf)

describe.each(DATABASES)('rights and limits of SQL on $name', (database) => {
  let okta: TestOkta
  let app: string
  let reader: Credential
  beforeAll(async () => {
    okta = await openTestOkta(database)
    app = await createApp(okta, webBody())
    reader = await createCredential(okta.authority, okta.authority.actorA, 'organization_reader')
  })
  afterAll(() => okta.close())

  const events = async () =>
    (await query(okta, 'SELECT kind, statement FROM rescind.audit.events WHERE statement IS NOT NULL')).rows

  it.each([
    ['a function that is not there', "SELECT load_extension('x')"],
    ['waiting', 'SELECT pg_sleep(10)'],
    ['reading a file', "SELECT readfile('/etc/passwd')"],
    ['making much of nothing', 'SELECT zeroblob(1000000000)'],
    ['the schema', 'SELECT * FROM sqlite_schema'],
    ['the tables of the authority', 'SELECT * FROM api_tokens'],
    ['a catalogue', 'SELECT * FROM pg_catalog.pg_class'],
    ['the tables of the statement by their own name', 'SELECT * FROM t0'],
    ['quotes in a name', `SELECT "x"" FROM t0; DROP TABLE t0; --" FROM okta.apps.apps`],
    ['a column of a secret', `SELECT client_secret FROM okta.apps.secrets WHERE appId='${'x'.repeat(20)}'`],
    ['a function over tables', "SELECT * FROM pragma_table_info('t0')"],
    ['a change without an address', 'DELETE FROM okta.apps.jwks'],
    ['a change of what is searched for', `DELETE FROM okta.apps.tokens WHERE appId='x' AND clientId='y'`],
    ['a change of anything', `DELETE FROM okta.apps.tokens WHERE appId='x' OR 1=1`],
  ])('refuse %s', async (_, statement) => {
    const { status, body } = await query(okta, statement)
    expect([400, 404]).toContain(status)
    expect(body.code).toMatch(/^sql_|^not_found$/)
    expect(JSON.stringify(body)).not.toMatch(/sqlite|kysely|node_modules|\.ts:/i)
  })

  it('stop what does not end, and answer others meanwhile', async () => {
    const [endless, crossed, quick] = await Promise.all([
      query(okta, BOMB),
      query(
        okta,
        `SELECT count(*) FROM (WITH RECURSIVE d(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM d LIMIT 2000) SELECT n FROM d) a
         CROSS JOIN rescind.log.entries b CROSS JOIN rescind.log.entries c CROSS JOIN rescind.log.entries d CROSS JOIN rescind.log.entries e CROSS JOIN rescind.log.entries f CROSS JOIN rescind.log.entries g`,
      ),
      okta.call(okta.adminA, `GET /apps/${app}`),
    ])
    expect(quick.status).toBe(200)
    for (const { status, body } of [endless, crossed])
      expect({ status, body }).toMatchObject({ status: 400, body: { code: 'sql_limit_exceeded' } })
    // And the next statement finds a process again.
    expect((await query(okta, 'SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })

  it.runIf(process.platform === 'linux')(
    'run in processes that come last, and are not started by this one',
    async () => {
      expect((await query(okta, 'SELECT 1 AS one')).status).toBe(200)
      expect(workers()).not.toEqual([])
      expect(workers().every((child) => commandOf(child).includes('sandbox/child'))).toBe(true)
      const all = [...launchers(), ...workers()]
      expect(all.map((child) => getPriority(child))).toEqual(all.map(() => 19))
    },
  )

  it.runIf(process.platform === 'linux')('end with the connection of whoever asked', async () => {
    const url = new URL('/api/rescind/v1/sql', await okta.app.listen({ host: '127.0.0.1', port: 0 }))
    const ask = (signal: AbortSignal | null) =>
      fetch(url, {
        method: 'POST',
        headers: { ...okta.adminA.header, 'content-type': 'application/json' },
        body: JSON.stringify({ statement: BOMB }),
        signal,
      })
    let isAnswered = false
    const witness = ask(null).finally(() => {
      isAnswered = true
    })
    await expect.poll(workers, { timeout: 4_000 }).toHaveLength(1)
    const controller = new AbortController()
    const left = expect(ask(controller.signal)).rejects.toThrow('aborted')
    await expect.poll(workers, { timeout: 4_000 }).toHaveLength(2)
    controller.abort()
    await left
    // The one that was asked before runs into its limit before this one would.
    await expect.poll(workers, { timeout: 4_000 }).toHaveLength(1)
    expect(isAnswered).toBe(false)
    expect((await witness).status).toBe(400)
  })

  it('bound what one organization runs, answers and keeps in memory', async () => {
    const many = await Promise.all(
      Array.from({ length: 12 }, () => query(okta, 'SELECT count(*) AS n FROM okta.users.users')),
    )
    expect(new Set(many.map(({ status }) => status))).toEqual(new Set([200, 429]))
    const long = `WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 20000) SELECT n FROM c`
    expect((await query(okta, long)).body.code).toBe('sql_limit_exceeded')
    const wide = `WITH RECURSIVE c(s) AS (SELECT 'aaaaaaaaaaaaaaaa' UNION ALL SELECT s || s FROM c) SELECT max(length(s)) FROM c`
    expect((await query(okta, wide)).body.code).toMatch(/^sql_/)
  })

  it('let readers read, and only administrators change', async () => {
    expect((await query(okta, 'SELECT label FROM okta.apps.apps', reader)).rows).toEqual([{ label: 'Shop' }])
    for (const statement of [
      `EXEC okta.apps.apps.deactivate_application @appId='${app}'`,
      `DELETE FROM okta.apps.apps WHERE appId='${app}'`,
      `INSERT INTO rescind.revocations.revocations(type, target_id) SELECT 'organization', '${ORGANIZATION_A}'`,
    ])
      expect(await query(okta, statement, reader)).toMatchObject({
        status: 403,
        body: { code: 'permission_denied' },
      })
    const preview = `EXEC rescind.revocations.revocations.preview_revocation @type='organization', @target_id='${ORGANIZATION_A}'`
    expect(await query(okta, preview, reader)).toMatchObject({ status: 200, rows: [{ tokens: 0 }] })
    expect((await query(okta, 'SELECT label FROM okta.apps.apps', okta.adminB)).rows).toEqual([])
  })

  it('keep every change in the audit trail, without what is secret', async () => {
    const canary = 'hunter2hunter2hunter2hunter2'
    const statement = `INSERT INTO okta.apps.secrets(client_secret, status, appId) SELECT $1, 'INACTIVE', '${app}' RETURNING status`
    expect((await query(okta, statement, okta.adminA, [canary])).rows).toEqual([{ status: 'INACTIVE' }])
    const profile = JSON.stringify({
      login: 'g@example.com',
      email: 'g@example.com',
      firstName: 'G',
      lastName: 'H',
    })
    const hidden = `INSERT INTO okta.users.users(profile, credentials)
      WITH p(c) AS (SELECT '{"password":{"value":"${canary}"}}') SELECT '${profile}', c FROM p RETURNING login`
    expect((await query(okta, hidden)).rows).toEqual([{ login: 'g@example.com' }])
    const said = await events()
    expect(said.at(-2)).toMatchObject({
      kind: 'sql.statement',
      statement: expect.stringContaining("'[redacted]', 'INACTIVE'"),
    })
    expect(JSON.stringify(await query(okta, 'SELECT * FROM rescind.log.entries'))).not.toContain(canary)
    expect(okta.logged()).not.toContain(canary)
  })

  it('register a cluster by INSERT and delete it, by the rules of HTTP', async () => {
    const insert = `INSERT INTO rescind.clusters.clusters(name, apis, max_staleness) VALUES ('Orders', '[]', 500) RETURNING id, class, max_staleness`
    const { rows } = await query(okta, insert)
    expect(rows).toEqual([{ id: expect.stringMatching(/^cls/), class: 'connected', max_staleness: 500 }])
    for (const [columns, values] of [
      ['class', `'connected'`],
      ['name, when_stale', `'x', 'maybe'`],
      ['name, identity_providers', `'x', '["https://none.example.com"]'`],
    ])
      expect(
        (await query(okta, `INSERT INTO rescind.clusters.clusters(${columns}) VALUES (${values})`)).status,
      ).toBe(400)
    const remove = `DELETE FROM rescind.clusters.clusters WHERE id='${rows[0].id}'`
    expect((await query(okta, remove, okta.adminB)).status).toBe(404)
    expect((await query(okta, remove)).status).toBe(200)
    expect((await query(okta, 'SELECT id FROM rescind.clusters.clusters')).rows).toEqual([])
  })

  it('revoke by INSERT, and say who did', async () => {
    const user = (await createCredential(okta.authority, okta.authority.actorA)).userId
    const inserted = await query(
      okta,
      `INSERT INTO rescind.revocations.revocations(type, target_id, reason, note) VALUES ('user', '${user}', 'compromised', 'T-1') RETURNING id, type, reason`,
    )
    expect(inserted.rows).toEqual([
      { id: expect.stringMatching(/^rvk/), type: 'user', reason: 'compromised' },
    ])
    const asked = `SELECT r.reason, r.note, r.actor_type, e.kind FROM rescind.revocations.revocations r
      JOIN rescind.log.entries e ON e.seq = r.seq WHERE r.id = $1`
    expect((await query(okta, asked, okta.adminA, [inserted.rows[0].id])).rows).toEqual([
      { reason: 'compromised', note: 'T-1', actor_type: 'api_token', kind: 'user.revoked' },
    ])
    expect((await query(okta, asked, okta.adminB, [inserted.rows[0].id])).status).toBe(404)
  })
})
