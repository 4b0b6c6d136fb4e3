import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { type Authority, SYSTEM_CLOCK } from '../authority/index.ts'
import { loadMasterKey, type MasterKeyVault, masterKeyProof } from '../secrets/index.ts'
import { hasEmbeddedDatabase, openStore } from '../store/index.ts'
import type { Configuration } from './configuration/index.ts'

export interface AuthorityEvents {
  /** The state of the database is in doubt: the process must end. */
  readonly onFatal: (failure: unknown) => void
}

/**
 * Opens what every command works with.
 *
 * @throws MasterKeyRefused, StoreRefused with a message for the operator
 */
export async function openAuthority(
  configuration: Configuration,
  publicUrl: string,
  logger: Logger,
  { onFatal }: AuthorityEvents,
): Promise<Authority> {
  const vault = await openVault(configuration)
  const store = await openStore({
    dataDir: configuration.dataDir,
    ...(configuration.databaseUrl && { databaseUrl: configuration.databaseUrl.reveal() }),
    masterKey: masterKeyProof(vault),
    onFatal,
    onTrouble: (trouble) => logger.warn({ err: trouble }, 'the store is in trouble; nothing was lost'),
  })
  const { apiEncryptionKeyLimit, allowPrivateNetworks } = configuration
  return { store, clock: SYSTEM_CLOCK, vault, logger, publicUrl, apiEncryptionKeyLimit, allowPrivateNetworks }
}

async function openVault({
  masterKey,
  masterKeyFile,
  databaseUrl,
  dataDir,
}: Configuration): Promise<MasterKeyVault> {
  if (databaseUrl === undefined) await mkdir(dataDir, { recursive: true, mode: 0o700 })
  return loadMasterKey({
    ...(masterKey && { value: masterKey }),
    ...(masterKeyFile !== undefined && { file: masterKeyFile }),
    ...(databaseUrl === undefined && {
      generated: { file: join(dataDir, 'master.key'), mayGenerate: !hasEmbeddedDatabase(dataDir) },
    }),
  })
}
