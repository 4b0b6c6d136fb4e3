import { firstLine, startServer, stop } from './child.mjs'
import { DATABASES } from './databases.mjs'
import { NODE_ARGUMENTS, productModule } from './product.mjs'

const TOKEN = 'bench-administrator-token-0123456789'
const READY = /^rescind ready on (\S+)$/

/**
 * Starts the server as it is shipped on an empty database of its own unless `home` is
 * given. Only the rate limit is lifted.
 */
export async function startRescind(folder, { database = DATABASES[0], home } = {}) {
  const place = home ?? (await database.create(folder))
  const command = [process.execPath, ...NODE_ARGUMENTS, productModule('start/main'), 'serve']
  const child = startServer(command, {
    ...place.environment,
    RESCIND_PORT: '0',
    RESCIND_ADMIN_API_TOKEN: TOKEN,
    RESCIND_OKTA_REQUESTS_PER_MINUTE: '1000000',
  })
  const [, origin] = READY.exec(await firstLine(child, READY))
  return {
    pid: child.pid,
    origin,
    token: TOKEN,
    async stop() {
      await stop(child)
      if (home === undefined) await place.remove()
    },
  }
}

/** A call of the management API that must succeed. */
export async function call(rescind, method, path, body) {
  const response = await fetch(rescind.origin + path, {
    method,
    headers: {
      authorization: `SSWS ${rescind.token}`,
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return response.json()
}

/** The id of the authorization server that the first start makes. */
export async function authorizationServerOf(rescind) {
  return (await call(rescind, 'GET', '/api/rescind/v1/bootstrap')).authorizationServerId
}

/** Makes applications that authenticate with keys and gives their ids. */
export async function createApplications(rescind, howMany) {
  const ids = []
  for (let number = 0; number < howMany; number++) {
    const application = await call(rescind, 'POST', '/api/v1/apps', {
      name: 'oidc_client',
      label: `bench ${number}`,
      signOnMode: 'OPENID_CONNECT',
      credentials: { oauthClient: { token_endpoint_auth_method: 'client_secret_basic' } },
      settings: {
        oauthClient: {
          application_type: 'service',
          grant_types: ['client_credentials'],
          response_types: ['token'],
        },
      },
    })
    ids.push(application.id)
  }
  return ids
}
