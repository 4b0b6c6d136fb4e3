import type { Position } from '@rescind/core/log'
import type { Authority } from '../authority/index.ts'
import { type ClientKey, clientKeyOf } from '../keys/client-key.ts'
import { head, PositionMemory } from '../log/index.ts'
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

/** Clients remembered at once per store. */
const MOST_REMEMBERED = 1_000

const memories = new WeakMap<Authority['store'], PositionMemory<ActiveClient | undefined>>()

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
  const memory = memories.get(authority.store) ?? new PositionMemory(MOST_REMEMBERED)
  memories.set(authority.store, memory)
  return memory.recall(clientId, since, () => readClient(authority, since.log, clientId))
}

async function readClient(
  authority: Authority,
  organizationId: string,
  clientId: string,
): Promise<{ readonly value: ActiveClient | undefined; readonly position: Position }> {
  const { position, application, keys, secrets } = await authority.store.read(
    { organizationId },
    async (tx) => {
      const { position } = await head(tx)
      const application = await findApplicationByClientId(tx, clientId)
      if (application?.status !== 'ACTIVE') return { position, keys: [], secrets: [] }
      return {
        position,
        application,
        keys: await listClientKeys(tx, application.id),
        secrets: await listClientSecrets(tx, application.id),
      }
    },
  )
  if (application === undefined) return { value: undefined, position }
  const metadata = readClientMetadata(application.metadata)
  const value = {
    applicationId: application.id,
    clientId,
    label: application.label,
    metadata,
    keys: keys.map(clientKeyOf).filter(({ status }) => status === 'ACTIVE'),
    secrets: usesClientSecret(metadata) ? await openActiveSecrets(authority, secrets) : [],
  }
  return { value, position }
}
