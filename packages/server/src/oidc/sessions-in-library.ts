import type { Provider, Session } from 'oidc-provider'
import type { IssuerContext } from './adapter/issuer-context.ts'
import { endSession, userActor } from './sessions.ts'

/**
 * Gives the library's sessions one name and one end.
 *
 * The library makes another `sid` for every client. Ours is the session's public id, the same in ID tokens, access
 * tokens, logout tokens and the log, so that revoking it by that name reaches all of them; and every ID token has it.
 * Signing out ends a session in the log (`sessions.ts`), where the library would only delete a record; telling
 * clients of it is the outbox's work (`logout-delivery.ts`), which does not lose what it could not deliver at once.
 */
export function nameSessionsOnce(provider: Provider, context: IssuerContext): void {
  const { authority, organizationId } = context
  define(provider.Session.prototype, 'sidFor', function (this: Session): string {
    return this.uid
  })
  define(provider.Session.prototype, 'destroy', async function (this: Session): Promise<void> {
    // Before anybody has signed in there is nothing to end: the record expires, and the cookie goes.
    if (this.accountId !== undefined)
      await endSession(authority, userActor(organizationId, this.accountId, ''), this.uid)
    Reflect.set(this, 'destroyed', true)
  })
  // A form that no page of ours sent finds no session: what the library then noted in the new one was never kept.
  const { persist } = provider.Session.prototype
  define(provider.Session.prototype, 'persist', async function (this: Session): Promise<unknown> {
    return this.exp === undefined ? undefined : persist.call(this)
  })
  define(provider.Client.prototype, 'includeSid', () => true)
  define(provider.Client.prototype, 'backchannelLogout', async () => {})
}

function define(prototype: object, name: string, value: (...given: never[]) => unknown): void {
  Object.defineProperty(prototype, name, { value, configurable: true })
}
