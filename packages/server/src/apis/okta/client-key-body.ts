import { type Static, Type } from 'typebox'
import type { SubmittedClientKey } from '../../keys/submitted-key.ts'

/**
 * A key of a client as requests carry it. Only what decides on its place in the ring is read here; the key policy
 * reads the rest. Read-only members, which Okta's own examples send, are passed over.
 */
export const SubmittedKeyBody = Type.Object({
  use: Type.Optional(Type.Union([Type.Enum(['sig', 'enc']), Type.Null()])),
  status: Type.Optional(Type.Union([Type.Enum(['ACTIVE', 'INACTIVE']), Type.Null()])),
  id: Type.Optional(Type.Unknown()),
})

export function submittedKeyOf(body: Static<typeof SubmittedKeyBody>): SubmittedClientKey {
  return {
    jwk: body,
    use: body.use ?? null,
    status: body.status ?? null,
    claimedId: typeof body.id === 'string' ? body.id : null,
  }
}
