import { areAddresses, isOrigin, judged, oneOf, text, type Variable, wholeNumber } from './variable.ts'

/** pino's levels. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

const OBJECT_ID = /^[0-9a-f]{24}$/
/** Printable ASCII without a space: it can stand in any header. */
const visible = (min: number) => new RegExp(`^[!-~]{${min},200}$`)

/**
 * Every variable that the server reads. `docs/configuration.md` lists the same ones, and a test compares the two.
 */
export const VARIABLES = {
  RESCIND_CONFIG_FILE: text('be the path of a file', /^.+$/, {
    about: 'A file of `NAME=value` lines to read more of these variables from; the environment wins.',
  }),
  RESCIND_HOST: text('be a host name or an address', /^[A-Za-z0-9.:_-]+$/, {
    byDefault: '127.0.0.1',
    about: 'The address to listen on.',
  }),
  RESCIND_PORT: wholeNumber(0, 65_535, {
    byDefault: '8080',
    about: 'The port to listen on; 0 picks a free one.',
  }),
  RESCIND_PUBLIC_URL: judged(
    'be <scheme>://<host>[:port] with http or https and nothing behind it',
    isOrigin,
    {
      about:
        'Where clients reach the server; issuers and links begin with it. Absent: `http://localhost:<port>`.',
    },
  ),
  RESCIND_DATA_DIR: text('be the path of a folder', /^.+$/, {
    byDefault: './data',
    about: 'The folder of the embedded database and of its generated master key.',
  }),
  RESCIND_DATABASE_URL: text(
    'be a URL that begins with postgres:// or postgresql://',
    /^postgres(ql)?:\/\/.+$/,
    {
      about: 'A PostgreSQL database to use in place of the embedded one.',
    },
  ),
  RESCIND_NATS_URL: text('be a URL that begins with nats:// or tls://', /^(nats|tls):\/\/.+$/, {
    about: 'Reserved for fan-out over NATS JetStream; this release says so in its log and does not connect.',
  }),
  RESCIND_MASTER_KEY: text(
    'be 32 bytes in base64url (43 characters) or hex (64)',
    /^([\w-]{43}|[0-9a-fA-F]{64})$/,
    {
      about: 'The key under which private keys and secrets are sealed.',
    },
  ),
  RESCIND_MASTER_KEY_FILE: text('be the path of a file', /^.+$/, {
    about:
      'A file that holds the master key. Absent, with the embedded database: generated in the data folder.',
  }),
  RESCIND_ALLOW_PRIVATE_NETWORKS: oneOf(['true', 'false'], {
    byDefault: 'false',
    about: 'Lets the server fetch keys from loopback and private addresses, over http too.',
  }),
  RESCIND_TRUSTED_PROXIES: judged('be a comma-separated list of addresses or CIDR ranges', areAddresses, {
    about: 'Proxies whose `X-Forwarded-*` headers are believed.',
  }),
  RESCIND_PGWIRE_PORT: wholeNumber(0, 65_535, {
    about: 'The port for SQL over the PostgreSQL protocol; 0 picks a free one. Absent: none.',
  }),
  RESCIND_PGWIRE_TLS_CERT: text('be the path of a file', /^.+$/, {
    about: 'A file with the certificate chain (PEM) that SQL over the PostgreSQL protocol offers TLS with.',
  }),
  RESCIND_PGWIRE_TLS_KEY: text('be the path of a file', /^.+$/, {
    about: 'A file with the private key (PEM) of that certificate.',
  }),
  RESCIND_LOG_LEVEL: oneOf(LOG_LEVELS, {
    byDefault: 'info',
    about: 'The least severe line that is logged (JSON, on stderr).',
  }),
  RESCIND_OKTA_REQUESTS_PER_MINUTE: wholeNumber(1, 1_000_000, {
    byDefault: '1200',
    about: 'Requests per minute and credential that the Okta Management API answers before it says 429.',
  }),
  RESCIND_ATLAS_RATE_FACTOR: wholeNumber(1, 1_000_000, {
    byDefault: '1',
    about: "What the rate limits of the Atlas Administration API, which are Atlas's own, are multiplied by.",
  }),
  RESCIND_API_KEY_LIMIT: wholeNumber(1, 50, {
    byDefault: '5',
    about: 'Encryption keys that an authorization server keeps, active and inactive.',
  }),
  RESCIND_ORG_ID: text('be 24 lower-case hexadecimal characters', OBJECT_ID, {
    about: 'First start: the id of the organization. Absent: generated.',
  }),
  RESCIND_FEDERATION_ID: text('be 24 lower-case hexadecimal characters', OBJECT_ID, {
    about: 'First start: the id of the federation settings. Absent: generated.',
  }),
  RESCIND_ADMIN_LOGIN: text('be 1 to 100 characters without spaces', /^\S{1,100}$/, {
    byDefault: 'admin@localhost',
    about: 'First start: the login of the administrator.',
  }),
  RESCIND_ADMIN_PASSWORD: text('be 8 to 200 characters', /^.{8,200}$/, {
    about: "First start: the administrator's password. Absent: generated and printed.",
  }),
  RESCIND_ADMIN_API_TOKEN: text('be 8 to 200 visible ASCII characters', visible(8), {
    about: "First start: the administrator's API token (`SSWS`). Absent: generated and printed.",
  }),
  RESCIND_ADMIN_PUBLIC_KEY: text(
    'be 1 to 64 letters, digits, dots, dashes or underscores',
    /^[\w.-]{1,64}$/,
    {
      about: 'First start: the public half of a digest key. Absent: generated and printed.',
    },
  ),
  RESCIND_ADMIN_PRIVATE_KEY: text('be 8 to 200 visible ASCII characters', visible(8), {
    about: 'First start: the private half of the digest key. Absent: generated and printed.',
  }),
  RESCIND_ADMIN_CLIENT_ID: text('be 1 to 64 letters, digits, dots, dashes or underscores', /^[\w.-]{1,64}$/, {
    about: 'First start: the client id of a service account. Absent: generated and printed.',
  }),
  RESCIND_ADMIN_CLIENT_SECRET: text('be 8 to 200 visible ASCII characters', visible(8), {
    about: 'First start: the secret of the service account. Absent: generated and printed.',
  }),
} as const satisfies Record<string, Variable>

export type VariableName = keyof typeof VARIABLES
