import { checkMasterKey, keepProof, type MasterKeyProof } from './master-key-proof.ts'
import { migrate, missingMigrations, type SchemaSession } from './migrations/migrate.ts'

/**
 * What may refuse the database, before anything in it is changed: a schema that is newer than the code, a master
 * key that is not its own.
 *
 * @throws StoreRefused
 */
export async function inspectSchema(
  session: SchemaSession,
  proof: MasterKeyProof | undefined,
): Promise<void> {
  await missingMigrations(session)
  if (proof !== undefined) await checkMasterKey(session, proof)
}

/**
 * Brings the schema up to this code, in the session's transaction.
 * @returns whether it was changed
 */
export async function prepareSchema(
  session: SchemaSession,
  proof: MasterKeyProof | undefined,
): Promise<boolean> {
  await inspectSchema(session, proof)
  const changed = await migrate(session)
  if (proof !== undefined) await keepProof(session, proof)
  return changed
}
