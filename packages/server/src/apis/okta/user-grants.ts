import { Type } from 'typebox'
import {
  type Consent,
  findConsent,
  listConsents,
  revokeAllConsents,
  revokeConsents,
} from '../../revocation/consents.ts'
import { serverHref } from './authorization-server-parts.ts'
import { answerPage, PAGE_PARAMETERS, type PageRequest, pageRequest } from './pagination.ts'
import type { OktaCall, OktaResource } from './route.ts'
import { oktaTime } from './times.ts'

const about = 'OAuth2ScopeConsentGrant'
const User = Type.Object({ userId: Type.String() })
const OneGrant = Type.Object({ userId: Type.String(), grantId: Type.String() })
const AtClient = Type.Object({ userId: Type.String(), clientId: Type.String() })
const Expand = Type.Object({ expand: Type.Optional(Type.Literal('scope')) })
const List = Type.Object({
  ...Expand.properties,
  ...PAGE_PARAMETERS,
  scopeId: Type.Optional(Type.String({ maxLength: 256 })),
})
const PAGE = 20

/**
 * `/users/{userId}/grants` and `/users/{userId}/clients/{clientId}/grants`: what a user allowed, a scope at a time.
 * Taking back one scope takes back all that the user allowed the application: what was issued names the consent as
 * a whole.
 */
export const userGrants: OktaResource = (okta, authority, { knowledge }) => {
  async function page(
    call: Pick<OktaCall, 'actor'>,
    asked: Parameters<typeof listConsents>[3],
    request: PageRequest,
    scopeId?: string,
  ) {
    const index = await knowledge.confirm(call.actor.organizationId)
    const all = await listConsents(authority, index, call.actor, asked)
    const wanted = scopeId === undefined ? all : all.filter(({ scope }) => scope === scopeId)
    return cut(wanted, request)
  }

  okta.route('GET /users/{userId}/grants', {
    requires: 'okta.users.read',
    about,
    params: User,
    query: List,
    run: (call) =>
      page(call, { user: call.params.userId }, pageRequest(call.query, PAGE), call.query.scopeId),
    answer: (found, call) => answerPage(call, found, (consent) => show(consent, call.publicUrl, call.query)),
  })

  okta.route('DELETE /users/{userId}/grants', {
    requires: 'okta.users.manage',
    about,
    params: User,
    async run({ actor, params }) {
      const index = await knowledge.confirm(actor.organizationId)
      await revokeAllConsents(authority, index, actor, params.userId)
    },
    status: 204,
  })

  okta.route('GET /users/{userId}/grants/{grantId}', {
    requires: 'okta.users.read',
    about,
    params: OneGrant,
    query: Expand,
    async run({ actor, params }) {
      const index = await knowledge.confirm(actor.organizationId)
      return findConsent(authority, index, actor, params.userId, params.grantId)
    },
    answer: (consent, { publicUrl, query }) => show(consent, publicUrl, query),
  })

  okta.route('DELETE /users/{userId}/grants/{grantId}', {
    requires: 'okta.users.manage',
    about,
    params: OneGrant,
    async run({ actor, params }) {
      const index = await knowledge.confirm(actor.organizationId)
      await revokeConsents(
        authority,
        actor,
        await findConsent(authority, index, actor, params.userId, params.grantId),
      )
    },
    status: 204,
  })

  okta.route('GET /users/{userId}/clients/{clientId}/grants', {
    requires: 'okta.users.read',
    about,
    params: AtClient,
    query: List,
    run: (call) => {
      const { userId: user, clientId: client } = call.params
      return page(call, { user, client }, pageRequest(call.query, PAGE), call.query.scopeId)
    },
    answer: (found, call) => answerPage(call, found, (consent) => show(consent, call.publicUrl, call.query)),
  })

  okta.route('DELETE /users/{userId}/clients/{clientId}/grants', {
    requires: 'okta.users.manage',
    about,
    params: AtClient,
    run: ({ actor, params }) =>
      revokeConsents(authority, actor, { user: params.userId, client: params.clientId }),
    status: 204,
  })
}

/** The list is short and made whole; a page of it begins behind the grant that the page before ended with. */
function cut(consents: readonly Consent[], { limit, after }: PageRequest) {
  const from = after === undefined ? 0 : consents.findIndex(({ id }) => id === after.id) + 1
  const items = consents.slice(from, from + limit)
  const last = items.at(-1)
  return last !== undefined && from + limit < consents.length
    ? { items, next: { createdAt: last.createdAt, id: last.id } }
    : { items }
}

function show(consent: Consent, publicUrl: string, { expand }: { readonly expand?: 'scope' | undefined }) {
  const { id, user, client, issuer, issuerId, scope } = consent
  const time = oktaTime(consent.createdAt)
  return {
    id,
    status: 'ACTIVE',
    created: time,
    createdBy: { id: user, type: 'User' },
    lastUpdated: time,
    issuer,
    clientId: client,
    userId: user,
    scopeId: scope,
    source: 'END_USER',
    ...(expand !== undefined && { _embedded: { scope: { id: scope } } }),
    // No `self`: Okta's SDKs cache what has one, and would show what was taken back as given.
    _links: {
      client: { href: `${publicUrl}/oauth2/v1/clients/${client}` },
      user: { href: `${publicUrl}/api/v1/users/${user}` },
      ...(/^(?:aus|default$)/.test(issuerId) && {
        authorizationServer: { href: serverHref(publicUrl, issuerId) },
      }),
    },
  }
}
