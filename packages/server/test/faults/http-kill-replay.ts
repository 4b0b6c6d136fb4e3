import type { ReadTx } from '../../src/store/index.ts'
import type { StoredEntry } from './http-kill-log.ts'

/** What each entry of a key makes of it. A key that was published and never activated is INACTIVE, or NEXT. */
const EFFECTS: Readonly<Record<string, string | undefined>> = {
  'key.published': 'INACTIVE',
  'key.activated': 'ACTIVE',
  'key.retired': 'INACTIVE',
  'key.deleted': undefined,
}

/** A signing key has other words for the same, and stays when it is over. */
const SIGNING: Readonly<Record<string, string>> = { NEXT: 'INACTIVE', ACTIVE: 'ACTIVE', EXPIRED: 'INACTIVE' }

/**
 * Holds the tables of keys against the log: replaying the entries of keys must give exactly the keys and statuses
 * that the tables hold, and as many clients and users as were created and not deleted.
 */
export async function compareWithReplay(tx: ReadTx, entries: readonly StoredEntry[]): Promise<string[]> {
  return [
    ...difference('keys', replayKeys(entries), await storedKeys(tx)),
    ...difference('clients', replayLives(entries, 'client'), await storedClients(tx)),
    ...difference('users', replayLives(entries, 'user'), await storedUsers(tx)),
    ...(await signingKeysAtOdds(tx)),
  ]
}

type States = ReadonlyMap<string, string>

function replayKeys(entries: readonly StoredEntry[]): States {
  const keys = new Map<string, string>()
  for (const { kind, subject, data } of entries) {
    if (!(kind in EFFECTS)) continue
    const owner = subject.client ?? subject.authorization_server
    const name = `${data?.ring} ${owner} ${subject.key} ${data?.kid}`
    const state = EFFECTS[kind]
    if (state === undefined) keys.delete(name)
    else if (kind !== 'key.published' || !keys.has(name)) keys.set(name, state)
  }
  return keys
}

async function storedKeys({ db }: ReadTx): Promise<States> {
  const clientKeys = await db
    .selectFrom('client_keys')
    .innerJoin('applications', 'applications.id', 'client_keys.application_id')
    .select([
      'applications.client_id',
      'client_keys.id',
      'client_keys.kid',
      'client_keys.thumbprint',
      'client_keys.status',
    ])
    .execute()
  const apiKeys = await db.selectFrom('api_encryption_keys').selectAll().execute()
  const signingKeys = await db.selectFrom('signing_keys').selectAll().execute()
  return new Map([
    ...clientKeys.map(
      ({ client_id, id, kid, thumbprint, status }) =>
        [`client ${client_id} ${thumbprint} ${kid ?? id}`, status] as const,
    ),
    ...apiKeys.map(
      ({ authorization_server_id, id, kid, thumbprint, status }) =>
        [`api_encryption ${authorization_server_id} ${thumbprint} ${kid ?? id}`, status] as const,
    ),
    ...signingKeys.map(
      ({ issuer_id, kid, status }) =>
        [`signing ${issuer_id} ${kid} ${kid}`, SIGNING[status] ?? status] as const,
    ),
  ])
}

/** Those that were created and not deleted. */
function replayLives(entries: readonly StoredEntry[], what: 'client' | 'user'): States {
  const alive = new Map<string, string>()
  for (const { kind, subject } of entries) {
    const id = subject[what]
    if (id === undefined) continue
    if (kind === `${what}.created`) alive.set(id, 'there')
    if (kind === `${what}.deleted`) alive.delete(id)
  }
  return alive
}

async function storedClients({ db }: ReadTx): Promise<States> {
  const rows = await db.selectFrom('applications').select('client_id').execute()
  return new Map(rows.map(({ client_id }) => [client_id, 'there']))
}

async function storedUsers({ db }: ReadTx): Promise<States> {
  const rows = await db.selectFrom('users').select('id').execute()
  return new Map(rows.map(({ id }) => [id, 'there']))
}

/** A rotation is one transaction: one key signs, and only a key that will sign (again) has its private part. */
async function signingKeysAtOdds({ db }: ReadTx): Promise<string[]> {
  const keys = await db.selectFrom('signing_keys').selectAll().execute()
  const faults = keys
    .filter(({ status, sealed_private }) => ['ACTIVE', 'NEXT'].includes(status) !== (sealed_private !== null))
    .map(({ kid, status }) => `signing key ${kid} is ${status}, its private part does not fit that`)
  for (const issuer of new Set(keys.map(({ issuer_id }) => issuer_id))) {
    const active = keys.filter((key) => key.issuer_id === issuer && key.status === 'ACTIVE').length
    if (active !== 1) faults.push(`issuer ${issuer} has ${active} active signing keys`)
  }
  return faults
}

function difference(what: string, replayed: States, stored: States): string[] {
  return [...new Set([...replayed.keys(), ...stored.keys()])]
    .filter((name) => replayed.get(name) !== stored.get(name))
    .map((name) => `${what}: ${name} is ${stored.get(name)} in its table, ${replayed.get(name)} by the log`)
}
