import { organizationOf, type ReadTx } from '../store.ts'
import type { Tokens } from '../tables/tokens.ts'

/** The lowest position in an incarnation of the log that a row of the ledger has; undefined where there is no row. */
export async function lowestTokenPosition(
  tx: ReadTx,
  kind: Tokens['kind'],
  incarnation: number,
): Promise<number | undefined> {
  const row = await tx.db
    .selectFrom('tokens')
    .select('seq')
    .where('organization_id', '=', organizationOf(tx))
    .where('kind', '=', kind)
    .where('incarnation', '=', incarnation)
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst()
  return row?.seq
}

/** The same of what the OpenID library keeps. */
export async function lowestRecordPosition(
  tx: ReadTx,
  model: string,
  incarnation: number,
): Promise<number | undefined> {
  const row = await tx.db
    .selectFrom('oidc_records')
    .select('seq')
    .where('organization_id', '=', organizationOf(tx))
    .where('model', '=', model)
    .where('incarnation', '=', incarnation)
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst()
  return row?.seq
}

/** The same of API tokens, of which there are few. */
export async function lowestApiTokenPosition(tx: ReadTx, incarnation: number): Promise<number | undefined> {
  const row = await tx.db
    .selectFrom('api_tokens')
    .select('seq')
    .where('organization_id', '=', organizationOf(tx))
    .where('incarnation', '=', incarnation)
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst()
  return row?.seq
}

/** The same of access tokens of service accounts. */
export async function lowestServiceTokenPosition(
  tx: ReadTx,
  incarnation: number,
): Promise<number | undefined> {
  const row = await tx.db
    .selectFrom('service_tokens')
    .select('seq')
    .where('organization_id', '=', organizationOf(tx))
    .where('incarnation', '=', incarnation)
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst()
  return row?.seq
}
