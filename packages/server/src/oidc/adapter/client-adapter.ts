import { randomBytes } from 'node:crypto'
import type { Adapter, AdapterPayload, JWK } from 'oidc-provider'
import { type ClientMetadata, readClientMetadata, usesClientSecret } from '../../directory/client-metadata.ts'
import { openActiveSecrets } from '../../directory/client-secrets.ts'
import { type ClientKey, clientKeyOf } from '../../keys/client-key.ts'
import { activeSigningKey } from '../../keys/issuer-keys.ts'
import type { Secret } from '../../secrets/index.ts'
import { findApplicationByClientId } from '../../store/queries/applications.ts'
import { listClientKeys } from '../../store/queries/client-keys.ts'
import { listClientSecrets } from '../../store/queries/client-secrets.ts'
import { libraryMetadata } from '../client-metadata.ts'
import { currentRequest } from '../request.ts'
import type { IssuerContext } from './issuer-context.ts'

/**
 * The directory's applications as the OpenID library's clients, read anew for every request: a key that was
 * deactivated a millisecond ago no longer authenticates, and an application that was deactivated is not there.
 */
export class ClientAdapter implements Adapter {
  readonly #context: IssuerContext

  constructor(context: IssuerContext) {
    this.#context = context
  }

  async find(clientId: string): Promise<AdapterPayload | undefined> {
    const { authority, organizationId, issuerId } = this.#context
    const client = await authority.store.read({ organizationId }, async (tx) => {
      const application = await findApplicationByClientId(tx, clientId)
      if (application?.status !== 'ACTIVE') return undefined
      return {
        application,
        keys: await listClientKeys(tx, application.id),
        secrets: await listClientSecrets(tx, application.id),
      }
    })
    if (client === undefined) return undefined
    const metadata = readClientMetadata(client.application.metadata)
    const keys = client.keys.map(clientKeyOf).filter(({ status }) => status === 'ACTIVE')
    const secrets = usesClientSecret(metadata) ? await openActiveSecrets(authority, client.secrets) : []
    currentRequest().client = {
      clientId,
      keys,
      secrets,
      mayRefresh: metadata.grant_types.includes('refresh_token'),
      rotates: metadata.refresh_token?.rotation_type !== 'STATIC',
      needsPkce: metadata.pkce_required || metadata.token_endpoint_auth_method === 'none',
    }
    const { alg } = await activeSigningKey(authority, issuerId)
    return {
      ...libraryMetadata({
        clientId,
        label: client.application.label,
        metadata,
        keys: keys.map(asJwk),
        signingAlg: alg,
      }),
      ...(usesClientSecret(metadata) ? { client_secret: librarySecret(metadata, secrets) } : {}),
    }
  }

  /** Clients are written through the directory only. */
  async upsert(): Promise<void> {
    throw new TypeError('the OpenID library does not write clients')
  }

  async destroy(): Promise<void> {
    throw new TypeError('the OpenID library does not delete clients')
  }

  async findByUid(): Promise<undefined> {}
  async findByUserCode(): Promise<undefined> {}
  async consume(): Promise<void> {}
  async revokeByGrantId(): Promise<void> {}
}

/** Never given to anybody, so nobody can present it. */
const UNKNOWN_TO_ALL = randomBytes(48).toString('base64url')

/**
 * What the library holds as the client's secret. It needs the value only to check an HMAC; presented secrets are
 * compared by `matchesSecret`, with every ACTIVE one, and where that were forgotten this one matches nothing.
 */
function librarySecret(metadata: ClientMetadata, secrets: readonly Secret[]): string {
  const [first] = secrets
  const hmac = metadata.token_endpoint_auth_method === 'client_secret_jwt'
  return hmac && first !== undefined ? first.reveal() : UNKNOWN_TO_ALL
}

/** A key as the library chooses among: what its use is, which algorithm it is for, and what it is called. */
function asJwk({ material, kid, alg, use }: ClientKey): JWK {
  return {
    ...material,
    use: use ?? 'sig',
    ...(kid === null ? {} : { kid }),
    ...(alg === null ? {} : { alg }),
  }
}
