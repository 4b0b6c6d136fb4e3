import { decodeEntry, type Entry, isIndexed } from '@rescind/core/log'
import type { Actor, Authority } from '../../src/authority/index.ts'

/** What an organization has of clients: as its log tells it, or as its tables have it. */
export interface ClientWorld {
  /** By client id. */
  readonly [client: string]: {
    readonly label: string
    readonly status: string
    readonly metadata: unknown
    /** By kid, or by id where there is none. */
    readonly keys: Readonly<
      Record<string, { readonly thumbprint: string; readonly status: string; readonly use: string }>
    >
    readonly secrets: Readonly<Record<string, string>>
  }
}

/** The entries of an organization's log in order, each held to what its kind allows. */
export async function entriesOf(authority: Authority, { organizationId }: Actor): Promise<readonly Entry[]> {
  const rows = await authority.store.read({ organizationId }, ({ db }) =>
    db.selectFrom('log_entries').selectAll().where('log_id', '=', organizationId).orderBy('seq').execute(),
  )
  return rows.map((row) => {
    const decoded = decodeEntry(row.body)
    if (!decoded.known) throw new Error(`an entry of an unknown kind: ${row.kind}`)
    return decoded.entry
  })
}

/** Rebuilds the clients of an organization from nothing but its log. */
export async function clientsByLog(authority: Authority, actor: Actor): Promise<ClientWorld> {
  const world: Record<
    string,
    {
      label: string
      status: string
      metadata: unknown
      keys: Record<string, { thumbprint: string; status: string; use: string }>
      secrets: Record<string, string>
    }
  > = {}
  for (const entry of await entriesOf(authority, actor)) {
    const members = new Map<string, unknown>(Object.entries(entry.data ?? {}))
    const subject = new Map<string, string>(Object.entries(entry.subject))
    const client = subject.get('client') ?? ''
    const text = (name: string) => String(members.get(name))
    if (entry.kind === 'client.created')
      world[client] = {
        label: text('label'),
        status: text('status'),
        metadata: members.get('metadata'),
        keys: {},
        secrets: {},
      }
    const known = world[client]
    if (known === undefined) continue
    const kid = text('kid')
    switch (entry.kind) {
      case 'client.created':
        break
      case 'client.updated':
        known.label = text('label')
        known.status = text('status')
        known.metadata = members.get('metadata')
        break
      case 'client.deleted':
        delete world[client]
        break
      case 'key.published':
        known.keys[kid] = { thumbprint: subject.get('key') ?? '', status: 'INACTIVE', use: text('use') }
        break
      case 'key.activated':
      case 'key.retired': {
        const key = known.keys[kid]
        if (key === undefined) throw new Error(`${entry.kind} of a key that was never published`)
        key.status = entry.kind === 'key.activated' ? 'ACTIVE' : 'INACTIVE'
        break
      }
      case 'key.deleted':
        delete known.keys[kid]
        break
      case 'secret.created':
      case 'secret.activated':
      case 'secret.retired':
        known.secrets[subject.get('secret') ?? ''] = text('status')
        break
      case 'secret.deleted':
        delete known.secrets[subject.get('secret') ?? '']
        break
      default:
        if (!isIndexed(entry.kind)) throw new Error(`an entry that no client should have: ${entry.kind}`)
    }
  }
  return world
}

/** The same, read from the tables. */
export async function clientsByTables(authority: Authority, { organizationId }: Actor): Promise<ClientWorld> {
  return authority.store.read({ organizationId }, async ({ db }) => {
    const rows = await db
      .selectFrom('applications')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .execute()
    const keys = await db
      .selectFrom('client_keys')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .execute()
    const secrets = await db
      .selectFrom('client_secrets')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .execute()
    return Object.fromEntries(
      rows.map((row) => [
        row.client_id,
        {
          label: row.label,
          status: row.status,
          metadata: JSON.parse(row.metadata),
          keys: Object.fromEntries(
            keys
              .filter((key) => key.application_id === row.id)
              .map((key) => [
                key.kid ?? key.id,
                { thumbprint: key.thumbprint, status: key.status, use: key.use ?? 'sig' },
              ]),
          ),
          secrets: Object.fromEntries(
            secrets
              .filter((secret) => secret.application_id === row.id)
              .map(({ id, status }) => [id, status]),
          ),
        },
      ]),
    )
  })
}
