import { createVerifier } from '@rescind/verifier'
import { verifyRequest } from '@rescind/verifier/http'
import type { Role } from './role.ts'
import { giveOrders, listen } from './serve-orders.ts'

/** A service that imports the verifier: these lines are all that it takes. */
export async function sdk({ authority, credential, audience }: Role): Promise<string> {
  const verifier = await createVerifier({ authority, credential, audience })
  return listen(async (request, response) => {
    const verified = await verifyRequest(verifier, request, response)
    if (verified !== undefined) giveOrders(request, response)
  })
}
