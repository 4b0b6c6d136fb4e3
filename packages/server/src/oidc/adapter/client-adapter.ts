import { randomBytes } from 'node:crypto'
import { decodeProtectedHeader } from 'jose'
import { type Adapter, type AdapterPayload, type JWK, Provider } from 'oidc-provider'
import { activeClient } from '../../directory/active-client.ts'
import { type ClientMetadata, usesClientSecret } from '../../directory/client-metadata.ts'
import { CONSOLE_CLIENT_ID, consoleMetadata } from '../../directory/console-client.ts'
import type { ClientKey } from '../../keys/client-key.ts'
import { activeSigningKey } from '../../keys/issuer-keys.ts'
import type { Secret } from '../../secrets/index.ts'
import { assertionSecret } from '../client-assertion.ts'
import { libraryMetadata } from '../client-metadata.ts'
import { currentRequest } from '../request.ts'
import type { IssuerContext } from './issuer-context.ts'
import { remoteClientKeys } from './remote-client-keys.ts'

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
    if (clientId === CONSOLE_CLIENT_ID) return this.#console()
    const request = currentRequest()
    const client = await activeClient(authority, clientId, { log: organizationId, ...request.place })
    if (client === undefined) return undefined
    const { metadata, secrets } = client
    const keys =
      metadata.jwks_uri === undefined
        ? client.keys
        : await remoteClientKeys(this.#context, client.applicationId, metadata.jwks_uri)
    request.client = {
      clientId,
      applicationId: client.applicationId,
      keys,
      secrets,
      mayRefresh: metadata.grant_types.includes('refresh_token'),
      rotates: metadata.refresh_token?.rotation_type !== 'STATIC',
      needsPkce: metadata.pkce_required || metadata.token_endpoint_auth_method === 'none',
      isTrusted: metadata.consent_method === 'TRUSTED',
    }
    const { alg } = await activeSigningKey(authority, issuerId)
    return {
      ...libraryMetadata({
        clientId,
        label: client.label,
        metadata,
        keys: keys.map(asJwk),
        signingAlg: alg,
      }),
      ...(usesClientSecret(metadata) ? { client_secret: librarySecret(metadata, secrets) } : {}),
    }
  }

  /** The console signs in at the organization's own authorization server, and nowhere else. */
  async #console(): Promise<AdapterPayload | undefined> {
    const { authority, organizationId, issuerId, issuer } = this.#context
    if (issuerId !== organizationId) return undefined
    const clientId = CONSOLE_CLIENT_ID
    currentRequest().client = {
      clientId,
      applicationId: clientId,
      keys: [],
      secrets: [],
      mayRefresh: false,
      rotates: true,
      needsPkce: true,
      isTrusted: true,
    }
    const { alg } = await activeSigningKey(authority, issuerId)
    const metadata = consoleMetadata(issuer)
    return libraryMetadata({ clientId, label: 'Rescind console', metadata, keys: [], signingAlg: alg })
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
 * What the library holds as the client's secret. It needs the value only to check an HMAC, and holds one: the one
 * that the assertion at hand was made with, if any. Presented secrets are compared by `matchesSecret`, with every
 * ACTIVE one, and where that were forgotten this one matches nothing.
 */
function librarySecret(metadata: ClientMetadata, secrets: readonly Secret[]): string {
  const assertion = Provider.ctx?.oidc.params?.client_assertion
  if (metadata.token_endpoint_auth_method !== 'client_secret_jwt' || typeof assertion !== 'string')
    return UNKNOWN_TO_ALL
  return assertionSecret(assertion, algorithmOf(assertion), secrets)?.reveal() ?? UNKNOWN_TO_ALL
}

function algorithmOf(assertion: string): unknown {
  try {
    return decodeProtectedHeader(assertion).alg
  } catch {
    return undefined
  }
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
