import { generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SYSTEM, type WriteTx } from '../../src/store/index.ts'
import { DATABASES } from '../support/databases.ts'
import { openTestOkta, type TestOkta } from '../support/okta.ts'
import { observe } from './http-kill-observe.ts'

/** Puts a copy of the last entry so many places behind the head. The database lets nobody change or remove one. */
async function insertCopy({ db }: WriteTx, places: number): Promise<void> {
  const heads = await db.selectFrom('log_heads').selectAll().where('seq', '>', 0).execute()
  for (const { log_id, seq } of heads) {
    const last = await db
      .selectFrom('log_entries')
      .selectAll()
      .where('log_id', '=', log_id)
      .where('seq', '=', seq)
      .executeTakeFirstOrThrow()
    await db
      .insertInto('log_entries')
      .values({ ...last, seq: seq + places })
      .execute()
  }
}

/** Each damages what a good run left, as a torn or lost write would. */
const DAMAGES: readonly (readonly [name: string, damage: (tx: WriteTx) => Promise<unknown>])[] = [
  ['a position is missing', (tx) => insertCopy(tx, 2)],
  [
    'an entry does not follow from the one before',
    async (tx) => {
      await insertCopy(tx, 1)
      await moveHeads(tx, 1)
    },
  ],
  ['the head was not moved', (tx) => moveHeads(tx, -1)],
  ['the last entry is missing', (tx) => moveHeads(tx, 1)],
  [
    'the head has another digest',
    ({ db }) =>
      db
        .updateTable('log_heads')
        .set({ digest: '0'.repeat(64) })
        .where('seq', '>', 0)
        .execute(),
  ],
  [
    'a key has a state without its entry',
    ({ db }) => db.updateTable('client_keys').set({ status: 'ACTIVE' }).execute(),
  ],
  ['a key is gone without its entry', ({ db }) => db.deleteFrom('client_keys').execute()],
  [
    'a signing key is retired without its entry',
    ({ db }) =>
      db.updateTable('signing_keys').set({ status: 'EXPIRED' }).where('status', '=', 'NEXT').execute(),
  ],
  [
    'a retired signing key kept its private part',
    ({ db }) => db.updateTable('signing_keys').set({ sealed_private: 'x' }).execute(),
  ],
]

function moveHeads({ db }: WriteTx, places: number): Promise<unknown> {
  return db
    .updateTable('log_heads')
    .set((row) => ({ seq: row('seq', '+', places) }))
    .where('seq', '>', 0)
    .execute()
}

describe.each(DATABASES)('what a killed server left, on $name', (database) => {
  let okta: TestOkta

  beforeEach(async () => {
    okta = await openTestOkta(database)
    const app = await okta.call(okta.adminA, 'POST /apps', {
      name: 'oidc_client',
      label: 'kill-observed',
      signOnMode: 'OPENID_CONNECT',
      credentials: { oauthClient: { token_endpoint_auth_method: 'client_secret_basic' } },
      settings: { oauthClient: { application_type: 'service', grant_types: ['client_credentials'] } },
    })
    const { x, y } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
    const keys = `/apps/${app.body.id}/credentials/jwks`
    const key = await okta.call(okta.adminA, `POST ${keys}`, { kty: 'EC', x, y, kid: 'one', use: 'sig' })
    const server = await okta.call(okta.adminA, 'POST /authorizationServers', {
      name: 'kill-rotation',
      description: '',
      audiences: ['https://observed.example.com'],
    })
    const credentials = `/authorizationServers/${server.body.id}/credentials`
    await okta.call(okta.adminA, `GET ${credentials}/keys`)
    await okta.call(okta.adminA, `POST ${credentials}/lifecycle/keyRotate`, { use: 'sig' })
    await okta.call(okta.adminA, `POST ${keys}/${key.body.id}/lifecycle/deactivate`)
  })

  afterEach(async () => {
    await okta.close()
  })

  it('is in order after a good run, and told by the names that were given', async () => {
    const { faults, standings } = await observe(okta.authority.store)
    expect(faults).toEqual([])
    expect(standings.get('client key kill-observed one')).toEqual({
      kinds: ['key.published', 'key.activated', 'key.retired'],
      state: 'INACTIVE',
    })
    expect(standings.get('signing ring kill-rotation')?.state).toBe('1 ACTIVE 1 EXPIRED 1 NEXT')
  })

  it.each(DAMAGES)('shows when %s', async (_, damage) => {
    await okta.authority.store.write(SYSTEM, damage)
    expect((await observe(okta.authority.store)).faults).not.toEqual([])
  })
})
