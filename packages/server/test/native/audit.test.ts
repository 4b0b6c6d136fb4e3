import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ORGANIZATION_A, ORGANIZATION_B } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'
import { type Credential, openTestOkta, type TestOkta } from '../support/okta.ts'

describe.each(DATABASES)('the audit trail on $name', (database) => {
  let okta: TestOkta
  beforeAll(async () => {
    okta = await openTestOkta(database)
    await okta.call(okta.adminA, 'POST /authorizationServers', {
      name: 'orders',
      description: 'orders',
      audiences: ['https://orders.example.com'],
    })
  })
  afterAll(() => okta.close())

  async function audit(who: Credential, query = '') {
    const reply = await okta.app.inject({ url: `/api/rescind/v1/audit${query}`, headers: who.header })
    return { status: reply.statusCode, body: reply.json() }
  }

  it('tells who changed what, in order, from the beginning of the log', async () => {
    const { body } = await audit(okta.adminA)
    const sequence = body.items.map(({ position }: { position: string }) => position)
    expect(sequence).toEqual(sequence.map((_: string, index: number) => `${ORGANIZATION_A}.1.${index + 1}`))
    expect(body.items.find(({ kind }: { kind: string }) => kind === 'issuer.created')).toEqual({
      position: expect.any(String),
      at: expect.stringMatching(/^2026-01-01T00:00:00\.\d{3}Z$/),
      kind: 'issuer.created',
      actor: { type: 'api_token', id: expect.stringMatching(/^00T/) },
      subject: expect.objectContaining({ authorization_server: expect.stringMatching(/^aus/) }),
      data: expect.objectContaining({ name: 'orders' }),
    })
  })

  it('comes in pages that join without a gap', async () => {
    const { items } = (await audit(okta.adminA)).body
    const paged: unknown[] = []
    let query = '?limit=2'
    for (;;) {
      const { body } = await audit(okta.adminA, query)
      paged.push(...body.items)
      if (body.next === null) break
      query = `?limit=2&after=${body.next}`
    }
    expect(paged).toEqual(items)
  })

  it("keeps to the organization's own log", async () => {
    const { body } = await audit(okta.adminB)
    for (const { position } of body.items) expect(position).toMatch(new RegExp(`^${ORGANIZATION_B}\\.`))
    expect(JSON.stringify(body)).not.toContain('orders')
  })

  it.each([
    ['a foreign position', `?after=${ORGANIZATION_B}.1.1`],
    ['no position', '?after=1'],
    ['an uncanonical position', `?after=${ORGANIZATION_A}.1.01`],
    ['no limit', '?limit=0'],
    ['too high a limit', '?limit=1001'],
    ['an unknown parameter', '?before=1'],
  ])('refuses %s', async (_name, query) => {
    expect(await audit(okta.adminA, query)).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
  })
})
