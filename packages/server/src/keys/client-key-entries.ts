import type { EntryContent } from '@rescind/core/log'
import { type Actor, entryActor } from '../authority/index.ts'
import type { ApplicationRow } from '../store/queries/applications.ts'
import type { ClientKeyRow } from '../store/queries/client-keys.ts'
import { clientKeyOf } from './client-key.ts'

/** The ring of a client's keys, as entries name it. */
export const CLIENT_RING = 'client'

export type ClientKeyEntryKind = 'key.published' | 'key.activated' | 'key.retired' | 'key.deleted'

/**
 * The entry of a change to one key of a client. A published key counts from its `key.activated` on, which follows
 * at once where it was added ACTIVE. Within its client a key is named by its kid, or by its id while it has none;
 * the `jwk` of `key.published` is all that is needed to check the client's assertions.
 */
export function clientKeyEntry(
  kind: ClientKeyEntryKind,
  application: Pick<ApplicationRow, 'id' | 'client_id'>,
  row: ClientKeyRow,
  actor: Actor,
  cause: string,
): EntryContent {
  const { id, material } = clientKeyOf(row)
  const { alg } = row
  const kid = row.kid ?? id
  const use = row.use ?? 'sig'
  const subject = { key: row.thumbprint, client: application.client_id }
  const base = { subject, actor: entryActor(actor), cause }
  switch (kind) {
    case 'key.published': {
      const named = { ...(row.kid !== null && { kid }), ...(alg !== null && { alg }), use }
      return { ...base, kind, data: { ring: CLIENT_RING, kid, use, jwk: { ...material, ...named } } }
    }
    case 'key.activated':
    case 'key.retired':
      return { ...base, kind, data: { ring: CLIENT_RING, kid, use } }
    case 'key.deleted':
      return { ...base, kind, data: { ring: CLIENT_RING, kid, use, application: application.id, id } }
  }
}
