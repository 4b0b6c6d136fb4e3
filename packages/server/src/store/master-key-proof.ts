import type { SchemaSession } from './migrations/migrate.ts'
import { onConnection } from './one-connection.ts'

/** What tells whether a database was sealed under the master key at hand. */
export interface MasterKeyProof {
  /** A sealed value that only the right key opens. */
  seal(): Promise<string>
  /** @throws StoreRefused or Error with a message for the operator when another key sealed it */
  check(sealed: string): Promise<void>
}

const NAME = 'master_key_check'

/** Refuses the wrong master key before anything is written; a database that has no value yet passes. */
export async function checkMasterKey(session: SchemaSession, proof: MasterKeyProof): Promise<void> {
  const sealed = await readProof(session)
  if (sealed !== undefined) await proof.check(sealed)
}

/** Leaves the proof in a database that has none. */
export async function keepProof(session: SchemaSession, proof: MasterKeyProof): Promise<void> {
  if ((await readProof(session)) !== undefined) return
  await onConnection(session.queries, session.connection)
    .insertInto('installation')
    .values({ name: NAME, value: await proof.seal() })
    .execute()
}

async function readProof(session: SchemaSession): Promise<string | undefined> {
  if (!(await session.hasTable('installation'))) return undefined
  const row = await onConnection(session.queries, session.connection)
    .selectFrom('installation')
    .select('value')
    .where('name', '=', NAME)
    .executeTakeFirst()
  return row?.value
}
