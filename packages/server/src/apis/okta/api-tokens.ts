import { Type } from 'typebox'
import {
  type ApiToken,
  createApiToken,
  getApiToken,
  listApiTokens,
  revokeApiToken,
} from '../../directory/api-tokens.ts'
import { answerPage, cutPage, PAGE_PARAMETERS, pageRequest } from './pagination.ts'
import { RequestRefused } from './request-refused.ts'
import type { OktaResource } from './route.ts'
import { oktaTime } from './times.ts'

const NewApiToken = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 255, pattern: '^[^\\p{Cc}\\p{Bidi_Control}]+$' }),
    expiresAt: Type.Optional(
      Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,3})?Z$' }),
    ),
  },
  { additionalProperties: false },
)
const Path = Type.Object({ apiTokenId: Type.String() })
const List = Type.Object(PAGE_PARAMETERS)
const about = 'apiToken'

/** `/api-tokens`: creation is this product's own, the rest is Okta's. */
export const apiTokens: OktaResource = (okta, authority) => {
  okta.route('POST /api-tokens', {
    requires: 'okta.apiTokens.manage',
    about,
    body: NewApiToken,
    run: ({ actor, body }) =>
      createApiToken(authority, actor, {
        name: body.name,
        ...(body.expiresAt === undefined
          ? {}
          : { expiresAt: readExpiry(body.expiresAt, authority.clock.now()) }),
      }),
    status: 201,
    answer: ({ token, value }) => ({ ...represent(token), token: value.reveal() }),
  })

  okta.route('GET /api-tokens', {
    requires: 'okta.apiTokens.read',
    about,
    query: List,
    async run({ actor, query }) {
      const request = pageRequest(query, 200)
      return cutPage(await listApiTokens(authority, actor, request), request, ({ createdAt, id }) => ({
        createdAt,
        id,
      }))
    },
    answer: (page, call) => answerPage(call, page, represent),
  })

  okta.route('GET /api-tokens/{apiTokenId}', {
    requires: 'okta.apiTokens.read',
    about,
    params: Path,
    run: ({ actor, params }) => getApiToken(authority, actor, params.apiTokenId),
    answer: represent,
  })

  okta.route('DELETE /api-tokens/{apiTokenId}', {
    requires: 'okta.apiTokens.manage',
    about,
    params: Path,
    run: ({ actor, params: { apiTokenId } }) =>
      revokeApiToken(authority, actor, apiTokenId === 'current' ? actor.id : apiTokenId),
    status: 204,
  })
}

function represent({ id, name, userId, createdAt, expiresAt, lastUsedAt }: ApiToken) {
  return {
    id,
    name,
    userId,
    clientName: 'Rescind',
    created: oktaTime(createdAt),
    lastUpdated: oktaTime(createdAt),
    ...(expiresAt === null ? {} : { expiresAt: oktaTime(expiresAt) }),
    ...(lastUsedAt === null ? {} : { lastUsed: oktaTime(lastUsedAt) }),
  }
}

function readExpiry(text: string, now: number): number {
  const time = Date.parse(text)
  if (time > now) return time
  throw new RequestRefused({
    code: 'E0000001',
    about,
    causes: ['expiresAt: The time must lie in the future'],
  })
}
