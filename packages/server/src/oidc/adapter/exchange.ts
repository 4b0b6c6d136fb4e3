import { systemActor } from '../../authority/index.ts'
import { append } from '../../log/index.ts'
import { organizationOf, type WriteTx } from '../../store/index.ts'
import { listTokens } from '../../store/queries/tokens.ts'
import type { OidcRequest } from '../request.ts'
import type { IssuerContext } from './issuer-context.ts'

/** A code is exchanged for one access token and at most one family; a retried exchange may leave a few more. */
const MOST_OF_ONE_EXCHANGE = 100

/**
 * Takes back what a code or a refresh token brought that has come a second time: its family by one entry, or,
 * where there is no refresh token, the access tokens themselves.
 */
export async function takeBackExchange(context: IssuerContext, request: OidcRequest): Promise<void> {
  const { authority, organizationId } = context
  const { origin, family } = request
  await authority.store.write(
    { organizationId },
    async (tx) => {
      const cause = 'token.reused'
      const at = authority.clock.now()
      const actor = systemActor(organizationOf(tx))
      const revoked = {
        actor: { type: actor.type, id: actor.id },
        reason: { code: 'compromised' as const },
        cause,
      }
      if (family !== undefined)
        await append(tx, { kind: 'grant.revoked', subject: { grant: family }, ...revoked }, at)
      else if (origin !== undefined)
        for (const token of await tokensOf(tx, origin))
          await append(tx, { kind: 'token.revoked', subject: { token: token.id }, ...revoked }, at)
    },
    'urgent',
  )
}

function tokensOf(tx: WriteTx, origin: string) {
  return listTokens(tx, { origin }, MOST_OF_ONE_EXCHANGE)
}
