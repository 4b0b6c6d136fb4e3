import type { Credential, OktaReply, TestOkta } from './okta.ts'

type Json = Readonly<Record<string, unknown>>

/** What a test changes of an application's description. */
export interface ApplicationParts {
  readonly client?: Json
  readonly credential?: Json
  readonly more?: Json
}

/** A service that authenticates by its own key, as Okta's clients describe it. */
export function serviceBody({ client, credential, more }: ApplicationParts = {}) {
  return {
    name: 'oidc_client',
    label: 'Billing',
    signOnMode: 'OPENID_CONNECT' as const,
    credentials: { oauthClient: { token_endpoint_auth_method: 'private_key_jwt', ...credential } },
    settings: {
      oauthClient: { grant_types: ['client_credentials'], application_type: 'service', ...client },
    },
    ...more,
  }
}

/** A web application with a secret. */
export function webBody({ client, credential, more }: ApplicationParts = {}) {
  return serviceBody({
    client: {
      application_type: 'web',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: ['https://shop.example.com/callback'],
      ...client,
    },
    credential: { token_endpoint_auth_method: 'client_secret_basic', ...credential },
    more: { label: 'Shop', ...more },
  })
}

export async function createApp(
  okta: TestOkta,
  body: unknown = serviceBody(),
  who?: Credential,
): Promise<string> {
  const reply = await okta.call(who ?? okta.adminA, 'POST /apps', body)
  if (reply.status !== 200) throw new Error(`no application: ${JSON.stringify(reply.body)}`)
  return String(reply.body.id)
}

/** The texts of a refusal: code, summary and causes. */
export function refusalOf({ status, body }: OktaReply): readonly unknown[] {
  const causes: readonly { readonly errorSummary: string }[] = body.errorCauses
  return [status, body.errorCode, body.errorSummary, ...causes.map((cause) => cause.errorSummary)]
}
