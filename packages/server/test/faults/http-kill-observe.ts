import { type ReadTx, type Store, SYSTEM } from '../../src/store/index.ts'
import { ABSENT, type Standing } from './http-kill-ledger.ts'
import { readLogs, type StoredEntry } from './http-kill-log.ts'
import { compareWithReplay } from './http-kill-replay.ts'

/** Names that the workload gives begin so; whatever else is in the database is not the ledger's. */
export const MARK = 'kill-'

/** Authorization servers whose signing keys are the ledger's too; those of others are made when somebody reads. */
export const ROTATED = `${MARK}rotation`

export interface Observation {
  readonly standings: ReadonlyMap<string, Standing>
  readonly entries: number
  readonly faults: readonly string[]
}

/** What a dead server left: the standing of everything that the workload named, and each broken law. */
export function observe(store: Store): Promise<Observation> {
  return store.read(SYSTEM, async (tx) => {
    const { entries, faults } = await readLogs(tx)
    const subjects = await namedSubjects(tx)
    const kinds = kindsBySubject(entries, subjects)
    const standings = new Map<string, Standing>()
    for (const subject of new Set([...kinds.keys(), ...subjects.states.keys()]))
      standings.set(subject, {
        kinds: kinds.get(subject) ?? ABSENT.kinds,
        state: subjects.states.get(subject) ?? ABSENT.state,
      })
    return {
      standings,
      entries: entries.length,
      faults: [...faults, ...(await compareWithReplay(tx, entries))],
    }
  })
}

/** The workload's names of what entries call by generated ids. */
interface Subjects {
  readonly clients: ReadonlyMap<string, string>
  readonly servers: ReadonlyMap<string, string>
  readonly users: ReadonlyMap<string, string>
  readonly states: ReadonlyMap<string, string>
}

async function namedSubjects({ db }: ReadTx): Promise<Subjects> {
  const applications = await db
    .selectFrom('applications')
    .selectAll()
    .where('label', 'like', `${MARK}%`)
    .execute()
  const servers = await db
    .selectFrom('authorization_servers')
    .selectAll()
    .where('name', 'like', `${MARK}%`)
    .execute()
  const users = await db.selectFrom('users').selectAll().where('login', 'like', `${MARK}%`).execute()
  const labels = new Map(applications.map(({ id, label }) => [id, label]))
  const names = new Map(servers.map(({ id, name }) => [id, name]))
  const clientKeys = await db.selectFrom('client_keys').selectAll().execute()
  const apiKeys = await db.selectFrom('api_encryption_keys').selectAll().execute()
  const signingKeys = await db.selectFrom('signing_keys').selectAll().execute()
  return {
    clients: new Map(applications.map(({ client_id, label }) => [client_id, label])),
    servers: names,
    users: new Map(users.map(({ id, login }) => [id, login])),
    states: new Map([
      ...applications.map(({ label, status }) => [`application ${label}`, status] as const),
      ...users.map(({ login, status }) => [`user ${login}`, status] as const),
      ...clientKeys.map(
        (key) => [`client key ${labels.get(key.application_id)} ${key.kid}`, key.status] as const,
      ),
      ...apiKeys.map(
        (key) => [`api key ${names.get(key.authorization_server_id)} ${key.kid}`, key.status] as const,
      ),
      ...servers.map(({ name, status }) => [`server ${name}`, status] as const),
      ...servers
        .filter(({ id, name }) => name.startsWith(ROTATED) && signingKeys.some((key) => key.issuer_id === id))
        .map(({ id, name }) => [`signing ring ${name}`, tally(signingKeys, id)] as const),
    ]),
  }
}

/** How many keys of each status a ring has: `1 ACTIVE 3 EXPIRED 1 NEXT`. */
function tally(keys: readonly { issuer_id: string; status: string }[], issuer: string): string {
  const counts = new Map<string, number>()
  for (const { issuer_id, status } of keys)
    if (issuer_id === issuer) counts.set(status, (counts.get(status) ?? 0) + 1)
  return [...counts]
    .map(([status, count]) => `${count} ${status}`)
    .sort()
    .join(' ')
}

function kindsBySubject(entries: readonly StoredEntry[], subjects: Subjects): Map<string, string[]> {
  const kinds = new Map<string, string[]>()
  for (const entry of entries) {
    const subject = subjectOf(entry, subjects)
    if (subject === undefined) continue
    const known = kinds.get(subject)
    if (known === undefined) kinds.set(subject, [entry.kind])
    else known.push(entry.kind)
  }
  return kinds
}

function subjectOf({ kind, subject, data }: StoredEntry, names: Subjects): string | undefined {
  const client = names.clients.get(subject.client ?? '')
  const server = names.servers.get(subject.authorization_server ?? '')
  const user = names.users.get(subject.user ?? '')
  if (kind.startsWith('key.')) {
    if (client !== undefined) return `client key ${client} ${data?.kid}`
    if (server === undefined) return undefined
    if (data?.ring !== 'signing') return `api key ${server} ${data?.kid}`
    return server.startsWith(ROTATED) ? `signing ring ${server}` : undefined
  }
  if (kind.startsWith('client.') && client !== undefined) return `application ${client}`
  if (kind.startsWith('issuer.') && server !== undefined) return `server ${server}`
  if (kind.startsWith('user.') && user !== undefined) return `user ${user}`
  return undefined
}
