import type { Position } from '@rescind/core/log'
import type { Authority } from '../authority/index.ts'
import { type ClientKey, clientKeyOf } from '../keys/client-key.ts'
import { head } from '../log/index.ts'
import type { Secret } from '../secrets/index.ts'
import { findApplicationByClientId } from '../store/queries/applications.ts'
import { listClientKeys } from '../store/queries/client-keys.ts'
import { listClientSecrets } from '../store/queries/client-secrets.ts'
import { type ClientMetadata, readClientMetadata, usesClientSecret } from './client-metadata.ts'
import { openActiveSecrets } from './client-secrets.ts'

/** An ACTIVE application as it authenticates: with its ACTIVE keys and secrets, and no others. */
export interface ActiveClient {
  readonly applicationId: string
  readonly clientId: string
  readonly label: string
  readonly metadata: ClientMetadata
  readonly keys: readonly ClientKey[]
  /** Oldest first; none where the client does not authenticate by a secret. */
  readonly secrets: readonly Secret[]
}

interface Remembered {
  readonly client: ActiveClient
  /** The head of the log in the snapshot that it was read from. */
  readonly position: Position
}

/** Clients remembered at once per store; the one read longest ago goes first. */
const MOST_REMEMBERED = 1_000

const memories = new WeakMap<Authority['store'], Map<string, Remembered>>()

/**
 * The client of that client id as it is at `since` or later. Every change of a client, its keys or its secrets is
 * an entry, so what was read at a head that has not moved is still so: a key that was deactivated a millisecond
 * ago moved it.
 *
 * @param since the position of the caller's knowledge
 * @returns undefined where there is no such client, or it is not ACTIVE
 */
export async function activeClient(
  authority: Authority,
  clientId: string,
  since: Position,
): Promise<ActiveClient | undefined> {
  const memory = memoryOf(authority.store)
  const name = `${since.log} ${clientId}`
  const known = memory.get(name)
  if (known !== undefined && isAtLeast(known.position, since)) return known.client
  memory.delete(name)
  const read = await readClient(authority, since.log, clientId)
  if (read === undefined) return undefined
  memory.set(name, read)
  const [oldest] = memory.keys()
  if (memory.size > MOST_REMEMBERED && oldest !== undefined) memory.delete(oldest)
  return read.client
}

async function readClient(
  authority: Authority,
  organizationId: string,
  clientId: string,
): Promise<Remembered | undefined> {
  const rows = await authority.store.read({ organizationId }, async (tx) => {
    const application = await findApplicationByClientId(tx, clientId)
    if (application?.status !== 'ACTIVE') return undefined
    return {
      application,
      keys: await listClientKeys(tx, application.id),
      secrets: await listClientSecrets(tx, application.id),
      position: (await head(tx)).position,
    }
  })
  if (rows === undefined) return undefined
  const { application, position } = rows
  const metadata = readClientMetadata(application.metadata)
  return {
    position,
    client: {
      applicationId: application.id,
      clientId,
      label: application.label,
      metadata,
      keys: rows.keys.map(clientKeyOf).filter(({ status }) => status === 'ACTIVE'),
      secrets: usesClientSecret(metadata) ? await openActiveSecrets(authority, rows.secrets) : [],
    },
  }
}

function memoryOf(store: Authority['store']): Map<string, Remembered> {
  const known = memories.get(store)
  if (known !== undefined) return known
  const memory = new Map<string, Remembered>()
  memories.set(store, memory)
  return memory
}

function isAtLeast(position: Position, since: Position): boolean {
  if (position.incarnation !== since.incarnation) return position.incarnation > since.incarnation
  return position.seq >= since.seq
}
