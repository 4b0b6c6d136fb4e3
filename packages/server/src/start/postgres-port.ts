import { readFile } from 'node:fs/promises'
import { createSecureContext, type SecureContext } from 'node:tls'
import { PostgresListener } from '../sql/index.ts'
import { type Configuration, ConfigurationError } from './configuration/index.ts'

/**
 * Takes the port for SQL over the PostgreSQL protocol, where one is asked for: before the authority is there, as
 * the port for HTTP.
 *
 * @throws ConfigurationError naming the variable at fault
 */
export async function bindPostgres({
  host,
  postgres,
}: Pick<Configuration, 'host' | 'postgres'>): Promise<PostgresListener | undefined> {
  if (postgres === undefined) return undefined
  const tls = postgres.tls === undefined ? undefined : await readCertificate(postgres.tls)
  return await PostgresListener.bind({ host, port: postgres.port, tls }).catch((cause: Error) => {
    throw new ConfigurationError('RESCIND_PGWIRE_PORT', `cannot be had: ${cause.message}`, cause)
  })
}

async function readCertificate(files: { certFile: string; keyFile: string }): Promise<SecureContext> {
  const [cert, key] = await Promise.all([
    read(files.certFile, 'RESCIND_PGWIRE_TLS_CERT'),
    read(files.keyFile, 'RESCIND_PGWIRE_TLS_KEY'),
  ])
  try {
    return createSecureContext({ cert, key, minVersion: 'TLSv1.2' })
  } catch (cause) {
    throw new ConfigurationError(
      'RESCIND_PGWIRE_TLS_CERT',
      'and RESCIND_PGWIRE_TLS_KEY are no certificate with its key',
      cause,
    )
  }
}

function read(path: string, variable: string): Promise<Buffer> {
  return readFile(path).catch((cause: unknown) => {
    throw new ConfigurationError(variable, 'cannot be read', cause)
  })
}
