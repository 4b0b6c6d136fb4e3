import { Type } from 'typebox'
import { replaceApplication } from '../../directory/application-replacement.ts'
import { createApplication, getApplicationOfClient, listApplications } from '../../directory/applications.ts'
import { renewClientSecret } from '../../directory/client-secret-renewal.ts'
import { deactivateApplication, deleteApplication } from '../../revocation/application-lifecycle.ts'
import { answerPage, cutPage, PAGE_PARAMETERS, pageRequest } from './pagination.ts'
import { draftOfRegistration, RegistrationBody } from './registration-body.ts'
import { showRegistration } from './registration-shown.ts'
import type { OktaResource } from './route.ts'

const Path = Type.Object({ clientId: Type.String() })
const List = Type.Object({ ...PAGE_PARAMETERS, q: Type.Optional(Type.String({ maxLength: 255 })) })
const about = 'client'
const PAGE = 20

/** `/oauth2/v1/clients`: the applications of `/api/v1/apps` once more, in the words of RFC 7591. */
export const clientRegistration: OktaResource = (okta, authority) => {
  okta.route('GET /', {
    requires: 'okta.clients.read',
    about,
    query: List,
    async run({ actor, query: { q = '', ...page } }) {
      const request = pageRequest(page, PAGE)
      const { after, limit } = request
      const found = await listApplications(authority, actor, {
        ...(q !== '' && { labelPrefix: q.toLowerCase() }),
        ...(after !== undefined && { after }),
        limit: limit + 1,
      })
      return cutPage(found, request, ({ createdAt, id }) => ({ createdAt, id }))
    },
    answer: (page, call) => answerPage(call, page, (item) => showRegistration(item)),
  })

  okta.route('POST /', {
    requires: 'okta.clients.register',
    about,
    body: RegistrationBody,
    run: ({ actor, body }) =>
      createApplication(authority, actor, { ...draftOfRegistration(body), status: 'ACTIVE' }),
    status: 201,
    answer: ({ application, clientSecret }) => showRegistration(application, clientSecret),
  })

  okta.route('GET /{clientId}', {
    requires: 'okta.clients.read',
    about,
    params: Path,
    run: ({ actor, params }) => getApplicationOfClient(authority, actor, params.clientId),
    answer: (application) => showRegistration(application),
  })

  okta.route('PUT /{clientId}', {
    requires: 'okta.clients.manage',
    about,
    params: Path,
    body: RegistrationBody,
    async run({ actor, params, body }) {
      const before = await getApplicationOfClient(authority, actor, params.clientId)
      return replaceApplication(authority, actor, before.id, draftOfRegistration(body, before))
    },
    answer: ({ application, clientSecret }) => showRegistration(application, clientSecret),
  })

  okta.route('DELETE /{clientId}', {
    requires: 'okta.clients.manage',
    about,
    params: Path,
    async run({ actor, params }) {
      const { id } = await getApplicationOfClient(authority, actor, params.clientId)
      // An application is taken out of service before it goes; should only the first succeed, it is out of service.
      await deactivateApplication(authority, actor, id)
      await deleteApplication(authority, actor, id)
    },
    status: 204,
  })

  okta.route('POST /{clientId}/lifecycle/newSecret', {
    requires: 'okta.clients.manage',
    about,
    params: Path,
    async run({ actor, params }) {
      const { id } = await getApplicationOfClient(authority, actor, params.clientId)
      const clientSecret = await renewClientSecret(authority, actor, id)
      return { application: await getApplicationOfClient(authority, actor, params.clientId), clientSecret }
    },
    answer: ({ application, clientSecret }) => showRegistration(application, clientSecret),
  })
}
