import type { LevelWithSilent } from 'pino'
import { Secret } from '../../secrets/index.ts'
import { type Environment, type Given, readVariables, unknownVariables } from './read.ts'
import { refuseContradictions } from './relations.ts'
import { LOG_LEVELS, type VariableName } from './variables.ts'

/** What the first start creates its organization and administrator from; later starts ignore it. */
export interface FirstStart {
  readonly organizationId: string | undefined
  readonly federationSettingsId: string | undefined
  readonly login: string
  readonly password: Secret | undefined
  readonly apiToken: Secret | undefined
  readonly digestKey: { readonly publicKey: string; readonly privateKey: Secret } | undefined
  readonly serviceAccount: { readonly clientId: string; readonly clientSecret: Secret } | undefined
}

export interface Configuration {
  readonly host: string
  readonly port: number
  readonly publicUrl: string | undefined
  readonly dataDir: string
  readonly databaseUrl: Secret | undefined
  readonly masterKey: Secret | undefined
  readonly masterKeyFile: string | undefined
  readonly allowPrivateNetworks: boolean
  readonly trustedProxies: readonly string[]
  /** Where to speak PostgreSQL's protocol, and the files that TLS is offered with; nowhere when absent. */
  readonly postgres:
    | {
        readonly port: number
        readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined
      }
    | undefined
  readonly logLevel: LevelWithSilent
  readonly oktaRequestsPerMinute: number
  readonly atlasRateFactor: number
  readonly apiEncryptionKeyLimit: number
  readonly firstStart: FirstStart
  /** What stops nothing but an operator should read: each becomes one warning in the log. */
  readonly remarks: readonly string[]
}

/**
 * The whole configuration, or nothing.
 *
 * @throws ConfigurationError with one line that names the variable at fault
 */
export function readConfiguration(environment: Environment): Configuration {
  const given = readVariables(environment)
  refuseContradictions(given)
  return {
    host: required(given, 'RESCIND_HOST'),
    port: Number(required(given, 'RESCIND_PORT')),
    publicUrl: given.get('RESCIND_PUBLIC_URL'),
    dataDir: required(given, 'RESCIND_DATA_DIR'),
    databaseUrl: secret(given, 'RESCIND_DATABASE_URL'),
    masterKey: secret(given, 'RESCIND_MASTER_KEY'),
    masterKeyFile: given.get('RESCIND_MASTER_KEY_FILE'),
    allowPrivateNetworks: given.get('RESCIND_ALLOW_PRIVATE_NETWORKS') === 'true',
    trustedProxies: list(given.get('RESCIND_TRUSTED_PROXIES')),
    postgres: postgres(given),
    logLevel: logLevel(given),
    oktaRequestsPerMinute: Number(required(given, 'RESCIND_OKTA_REQUESTS_PER_MINUTE')),
    atlasRateFactor: Number(required(given, 'RESCIND_ATLAS_RATE_FACTOR')),
    apiEncryptionKeyLimit: Number(required(given, 'RESCIND_API_KEY_LIMIT')),
    firstStart: firstStart(given),
    remarks: remarks(given, environment),
  }
}

function postgres(given: Given): Configuration['postgres'] {
  const port = given.get('RESCIND_PGWIRE_PORT')
  if (port === undefined) return undefined
  const certFile = given.get('RESCIND_PGWIRE_TLS_CERT')
  const keyFile = given.get('RESCIND_PGWIRE_TLS_KEY')
  const tls = certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile }
  return { port: Number(port), tls }
}

function firstStart(given: Given): FirstStart {
  const publicKey = given.get('RESCIND_ADMIN_PUBLIC_KEY')
  const privateKey = secret(given, 'RESCIND_ADMIN_PRIVATE_KEY')
  const clientId = given.get('RESCIND_ADMIN_CLIENT_ID')
  const clientSecret = secret(given, 'RESCIND_ADMIN_CLIENT_SECRET')
  return {
    organizationId: given.get('RESCIND_ORG_ID'),
    federationSettingsId: given.get('RESCIND_FEDERATION_ID'),
    login: required(given, 'RESCIND_ADMIN_LOGIN'),
    password: secret(given, 'RESCIND_ADMIN_PASSWORD'),
    apiToken: secret(given, 'RESCIND_ADMIN_API_TOKEN'),
    digestKey: publicKey === undefined || privateKey === undefined ? undefined : { publicKey, privateKey },
    serviceAccount:
      clientId === undefined || clientSecret === undefined ? undefined : { clientId, clientSecret },
  }
}

function remarks(given: Given, environment: Environment): readonly string[] {
  const unused = (['RESCIND_NATS_URL'] as const).filter((name) => given.has(name))
  return [
    ...unused.map((name) => `${name} is reserved: this release does nothing with it`),
    ...unknownVariables(environment).map((name) => `${name} is not a variable of this release`),
  ]
}

function logLevel(given: Given): LevelWithSilent {
  const level = required(given, 'RESCIND_LOG_LEVEL')
  const known = LOG_LEVELS.find((candidate) => candidate === level)
  if (known === undefined) throw new TypeError('the schema let an unknown level pass')
  return known
}

/** A variable that has a default is always there. */
function required(given: Given, name: VariableName): string {
  const value = given.get(name)
  if (value === undefined) throw new TypeError(`${name} has lost its default`)
  return value
}

function secret(given: Given, name: VariableName): Secret | undefined {
  const value = given.get(name)
  return value === undefined ? undefined : new Secret(value)
}

function list(value: string | undefined): readonly string[] {
  return value === undefined ? [] : value.split(',').map((part) => part.trim())
}
