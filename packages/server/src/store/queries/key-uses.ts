import { organizationOf, type ReadTx } from '../store.ts'

/** Whose newest tokens are looked at. */
export type KeyOwner = { readonly issuer: string } | { readonly client: string }

/** When a key was last used, as far as the newest tokens tell. */
export interface KeyUse {
  /** RFC 7638 thumbprint. */
  readonly key: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** How many of the newest tokens are looked at: a key that nobody uses must not cost a walk through all of them. */
const TOKENS_LOOKED_AT = 5_000

/** The keys that signed the newest tokens of an issuer, or the assertions behind the newest tokens of a client. */
export async function lastKeyUses(tx: ReadTx, owner: KeyOwner): Promise<readonly KeyUse[]> {
  const [column, key, id] =
    'issuer' in owner
      ? (['issuer_id', 'signing_key', owner.issuer] as const)
      : (['client_id', 'assertion_key', owner.client] as const)
  const newest = tx.db
    .selectFrom('tokens')
    .select([`${key} as key`, 'issued_at'])
    .where('organization_id', '=', organizationOf(tx))
    .where(column, '=', id)
    .orderBy('issued_at', 'desc')
    .orderBy('id', 'desc')
    .limit(TOKENS_LOOKED_AT)
  const rows = await tx.db
    .selectFrom(newest.as('newest'))
    .select(({ fn }) => ['key', fn.max('issued_at').as('at')])
    .where('key', 'is not', null)
    .groupBy('key')
    .execute()
  return rows.flatMap(({ key: used, at }) => (used === null ? [] : [{ key: used, at: Number(at) }]))
}
