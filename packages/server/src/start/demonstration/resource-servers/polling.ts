import { createRemoteJWKSet, jwtVerify } from 'jose'
import type { Role } from './role.ts'
import { giveOrders, listen } from './serve-orders.ts'

/** A service as most are today: it fetches the published keys now and then, and hears of no revocation. */
export function polling({ issuer, audience }: Role): Promise<string> {
  const keys = createRemoteJWKSet(new URL(`${issuer}/v1/keys`))
  return listen(async (request, response) => {
    const [, token = ''] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '') ?? []
    try {
      await jwtVerify(token, keys, { issuer, audience, typ: 'at+jwt' })
    } catch {
      response.writeHead(401).end()
      return
    }
    giveOrders(request, response)
  })
}
