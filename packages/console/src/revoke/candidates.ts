import { listApis } from '../api/apis.ts'
import { findApplications } from '../api/applications.ts'
import { AuthorizationServer, serversPath } from '../api/authorization-servers.ts'
import { identityProviders } from '../api/federation.ts'
import { ask, withQuery } from '../api/http.ts'
import type { Target, TargetType } from '../api/revocations.ts'
import { pageOf } from '../api/shape.ts'
import { findUsers, nameOf } from '../api/users.ts'

export interface Candidate {
  readonly target: Target
  readonly name: string
  readonly note: string
}

const MOST = 8

/** What could be meant by a few letters of a name. */
export async function candidates(
  type: TargetType,
  text: string,
  signal: AbortSignal,
): Promise<readonly Candidate[]> {
  const isLike = (...words: readonly string[]) =>
    words.some((word) => word.toLowerCase().includes(text.toLowerCase()))
  switch (type) {
    case 'user': {
      const { items } = await findUsers(text, signal)
      return items.map((user) => ({ target: { type, id: user.id }, name: user.login, note: nameOf(user) }))
    }
    case 'application': {
      const { items } = await findApplications(text, signal)
      return items.map(({ id, label, clientId }) => ({ target: { type, id }, name: label, note: clientId }))
    }
    case 'api': {
      const { items } = await listApis(signal)
      return items
        .filter(({ name, identifier }) => isLike(name, identifier))
        .slice(0, MOST)
        .map(({ id, name, identifier }) => ({ target: { type, id }, name, note: identifier }))
    }
    case 'authorization_server': {
      const { items } = await ask(withQuery(serversPath, { limit: 200 }), pageOf(AuthorizationServer), {
        signal,
      })
      return items
        .filter(({ name, issuer }) => isLike(name, issuer))
        .slice(0, MOST)
        .map(({ id, name, issuer }) => ({ target: { type, id }, name, note: issuer }))
    }
    case 'identity_provider': {
      const items = await identityProviders(signal)
      return items
        .filter(({ displayName, issuerUri }) => isLike(displayName, issuerUri))
        .slice(0, MOST)
        .map(({ id, displayName, issuerUri }) => ({
          target: { type, id },
          name: displayName,
          note: issuerUri,
        }))
    }
    default:
      return []
  }
}
