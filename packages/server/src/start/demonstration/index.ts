import { SYSTEM } from '../../store/index.ts'
import { findFact } from '../../store/queries/installation.ts'
import { FIRST_START_DONE } from '../first-start.ts'
import type { Serving } from '../serve.ts'
import { withApiToken } from './access.ts'
import { DemonstrationClient } from './client.ts'
import { type Narrate, rotateClientKey, rotateServerKeys } from './story.ts'
import { revokeTokens } from './token-story.ts'

/**
 * Shows what the server does, by its own HTTP API, and where everything is. On a later start it finds what it made
 * before and rotates that. Its lines go to stderr: stdout belongs to the ready line.
 */
export async function demonstrate(serving: Serving): Promise<void> {
  const { authority } = serving
  try {
    const organizationId = await authority.store.read(SYSTEM, (tx) => findFact(tx, FIRST_START_DONE))
    if (organizationId === undefined) return
    say('\nThis server, driven through its own HTTP API as any Okta client would do it:\n')
    const fleet = await withApiToken(authority, organizationId, async (token) => {
      const client = new DemonstrationClient(serving.localUrl, token)
      const applicationId = await rotateClientKey(client, narrate)
      const authorizationServerId = await rotateServerKeys(client, narrate)
      const origin = serving.localUrl
      return revokeTokens({ client, origin, applicationId, authorizationServerId, narrate })
    })
    say(`
Each of these changes is one entry of the organization's log, in the same commit.

  console               ${serving.url}/console/           the administrator's login and password
  Okta Management API   ${serving.url}/api/v1             Authorization: SSWS <API token>
  revocations           ${serving.url}/api/rescind/v1/revocations
  audit trail           ${serving.url}/api/rescind/v1/audit
  OpenID provider       ${serving.url}/oauth2/default/.well-known/openid-configuration
  published keys        ${serving.url}/oauth2/default/v1/keys
  every operation       ${serving.url}/openapi.json
${fleet.map(({ url, about }) => `  a resource server     ${url}/orders   (${about})\n`).join('')}  metrics, readiness    ${serving.url}/metrics  ${serving.url}/readyz

The administrator's login, password and API token were printed at the first start.
"npm start -- --no-demo" starts without this. Ctrl-C stops the server.
`)
  } catch (failure) {
    // The server serves all the same.
    authority.logger.warn({ err: failure }, 'the demonstration was cut short')
  }
}

const narrate: Narrate = (sentence, ms) => {
  const time = ms === undefined ? '' : `${ms.toFixed(1)} ms`
  say(`  ${time.padStart(9)}  ${sentence}`)
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}
