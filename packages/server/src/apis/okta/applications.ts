import { Type } from 'typebox'
import { replaceApplication } from '../../directory/application-replacement.ts'
import { createApplication, getApplication, listApplications } from '../../directory/applications.ts'
import {
  activateApplication,
  deactivateApplication,
  deleteApplication,
} from '../../revocation/application-lifecycle.ts'
import { ApplicationBody, draftOf } from './application-body.ts'
import { readApplicationFilter } from './application-filter.ts'
import { showApplication } from './application-shown.ts'
import { answerPage, cutPage, PAGE_PARAMETERS, pageRequest } from './pagination.ts'
import type { OktaResource } from './route.ts'

const Path = Type.Object({ appId: Type.String() })
const Creation = Type.Object({ activate: Type.Optional(Type.Boolean()) })
const List = Type.Object({
  limit: PAGE_PARAMETERS.limit,
  after: PAGE_PARAMETERS.after,
  q: Type.Optional(Type.String({ maxLength: 255 })),
  filter: Type.Optional(Type.String({ maxLength: 1024 })),
})
const about = 'application'
const PAGE = 20

/** `/apps`: OAuth clients (`oidc_client`), the only kind of application that there is here. */
export const applications: OktaResource = (okta, authority) => {
  okta.route('POST /apps', {
    requires: 'okta.apps.manage',
    about,
    query: Creation,
    body: ApplicationBody,
    run: ({ actor, query, body }) =>
      createApplication(authority, actor, {
        ...draftOf(body),
        status: query.activate === false ? 'INACTIVE' : 'ACTIVE',
      }),
    answer: ({ application, clientSecret }, { publicUrl }) =>
      showApplication(application, publicUrl, clientSecret),
  })

  okta.route('GET /apps', {
    requires: 'okta.apps.read',
    about,
    query: List,
    async run({ actor, query }) {
      const request = pageRequest(query, PAGE)
      const filter = query.filter === undefined ? {} : readApplicationFilter(query.filter)
      if (filter === undefined) return { items: [] }
      const { after, limit } = request
      const found = await listApplications(authority, actor, {
        ...filter,
        ...labelPrefix(query.q),
        ...(after !== undefined && { after }),
        limit: limit + 1,
      })
      return cutPage(found, request, ({ createdAt, id }) => ({ createdAt, id }))
    },
    answer: (page, call) => answerPage(call, page, (item) => showApplication(item, call.publicUrl)),
  })

  okta.route('GET /apps/{appId}', {
    requires: 'okta.apps.read',
    about,
    params: Path,
    run: ({ actor, params }) => getApplication(authority, actor, params.appId),
    answer: (application, { publicUrl }) => showApplication(application, publicUrl),
  })

  okta.route('PUT /apps/{appId}', {
    requires: 'okta.apps.manage',
    about,
    params: Path,
    body: ApplicationBody,
    run: ({ actor, params, body }) => replaceApplication(authority, actor, params.appId, draftOf(body)),
    answer: ({ application, clientSecret }, { publicUrl }) =>
      showApplication(application, publicUrl, clientSecret),
  })

  okta.route('DELETE /apps/{appId}', {
    requires: 'okta.apps.manage',
    about,
    params: Path,
    run: ({ actor, params }) => deleteApplication(authority, actor, params.appId),
    status: 204,
  })

  okta.route('POST /apps/{appId}/lifecycle/activate', {
    requires: 'okta.apps.manage',
    about,
    params: Path,
    run: ({ actor, params }) => activateApplication(authority, actor, params.appId),
    answer: () => ({}),
  })

  okta.route('POST /apps/{appId}/lifecycle/deactivate', {
    requires: 'okta.apps.manage',
    about,
    params: Path,
    run: ({ actor, params }) => deactivateApplication(authority, actor, params.appId),
    answer: () => ({}),
  })
}

/** `q` is the beginning of a label, or of the name, which all applications share. */
function labelPrefix(q: string | undefined): { readonly labelPrefix?: string } {
  const folded = q?.toLowerCase() ?? ''
  return 'oidc_client'.startsWith(folded) ? {} : { labelPrefix: folded }
}
