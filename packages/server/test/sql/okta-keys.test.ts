import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp, webBody } from '../support/applications.ts'
import { ORGANIZATION_A, ORGANIZATION_B } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'
import { openTestOkta, type TestOkta } from '../support/okta.ts'
import { query } from './client.ts'

const { n, e } = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' })

describe.each(DATABASES)('okta.apps.jwks in SQL on $name', (database) => {
  let okta: TestOkta
  let app: string
  let where: string
  beforeAll(async () => {
    okta = await openTestOkta(database)
    app = await createApp(okta, webBody())
    where = `subdomain='${ORGANIZATION_A}' AND appId='${app}'`
  })
  afterAll(() => okta.close())

  const keys = async () => (await okta.call(okta.adminA, `GET /apps/${app}/credentials/jwks`)).body.keys

  it('takes every statement of the published page', async () => {
    const inserted = await query(
      okta,
      `INSERT INTO okta.apps.jwks(kty,kid,"use",alg,e,n,status,appId,subdomain)
       SELECT 'RSA','key1','sig','RS256','${e}','${n}','ACTIVE','${app}','${ORGANIZATION_A}' RETURNING id, kid, status`,
    )
    expect(inserted).toMatchObject({
      status: 200,
      rows: [{ id: expect.stringMatching(/^pks/), kid: 'key1', status: 'ACTIVE' }],
      body: { message: 'The operation was despatched successfully', types: ['text', 'text', 'text'] },
    })
    const id = inserted.rows[0].id
    expect(await keys()).toMatchObject([{ id, kid: 'key1', status: 'ACTIVE', n }])

    const selected = await query(
      okta,
      `SELECT id, kid, kty, status, "use", created, JSON_EXTRACT("_links",'$.deactivate.href') FROM okta.apps.jwks WHERE ${where}`,
    )
    expect(selected.rows).toEqual([
      {
        id,
        kid: 'key1',
        kty: 'RSA',
        status: 'ACTIVE',
        use: 'sig',
        created: expect.stringMatching(/^2026-/),
        json_extract: expect.stringContaining(`/credentials/jwks/${id}/lifecycle/deactivate`),
      },
    ])
    const one = await query(okta, `SELECT * FROM okta.apps.jwks WHERE ${where} AND keyId='${id}'`)
    expect(one.body.columns).toEqual(
      'e kty n kid status created id lastUpdated _links x y use alg crv'.split(' '),
    )
    expect(one.rows).toMatchObject([{ id, n, e, alg: 'RS256' }])

    const exec = (method: string) =>
      query(
        okta,
        `EXEC okta.apps.jwks.${method} @subdomain='${ORGANIZATION_A}', @appId='${app}', @keyId='${id}'`,
      )
    const done = { status: 200, body: { rows: [], message: 'The operation was despatched successfully' } }
    expect(await exec('deactivate_oauth2_client_json_web_key')).toMatchObject(done)
    expect(await keys()).toMatchObject([{ status: 'INACTIVE' }])
    expect(await exec('activate_oauth2_client_json_web_key')).toMatchObject(done)
    expect(await keys()).toMatchObject([{ status: 'ACTIVE' }])
    // The rules of the ring are those of HTTP.
    const refused = await query(okta, `DELETE FROM okta.apps.jwks WHERE ${where} AND keyId='${id}'`)
    expect(refused).toMatchObject({ status: 409, body: { code: 'client_key_active' } })
    await exec('deactivate_oauth2_client_json_web_key')
    expect(await query(okta, `DELETE FROM okta.apps.jwks WHERE ${where} AND keyId='${id}'`)).toMatchObject(
      done,
    )
    expect(await keys()).toEqual([])
  })

  it('says what StackQL says where parameters are missing', async () => {
    const { status, body } = await query(
      okta,
      `SELECT id FROM okta.apps.jwks WHERE subdomain='${ORGANIZATION_A}'`,
    )
    expect({ status, body }).toMatchObject({
      status: 400,
      body: {
        code: 'sql_no_method',
        details: {
          message:
            'cannot find matching operation, possible causes include missing required parameters or an unsupported method for the resource, ' +
            "to find required parameters for supported methods run SHOW METHODS IN okta.apps.jwks: no appropriate method = 'select' for resource = 'jwks'",
        },
      },
    })
  })

  it('never leaves the organization of the credential', async () => {
    const other = `SELECT id FROM okta.apps.jwks WHERE subdomain='${ORGANIZATION_B}' AND appId='${app}'`
    expect(await query(okta, other)).toMatchObject({ status: 400, body: { code: 'sql_other_organization' } })
    expect(await query(okta, other, okta.adminB)).toMatchObject({ status: 404, body: { code: 'not_found' } })
  })
})
