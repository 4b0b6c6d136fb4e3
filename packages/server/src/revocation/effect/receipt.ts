import { formatPosition } from '@rescind/core/log'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { LoggedEntry } from '../../log/index.ts'
import type { RevocationRecord } from '../revocations.ts'
import { ToldTarget } from '../stored-target.ts'
import type { Covered } from './covered-tokens.ts'
import { EffectDocument } from './document.ts'

/** The `typ` of a receipt: no token is one, and no receipt a token. */
export const RECEIPT_TYPE = 'rescind-receipt+jwt'

const Maybe = Type.Union([Type.String(), Type.Null()])

/** The record that an entry took effect: who revoked what, why, and when each verifier had it. */
export const Receipt = Type.Object({
  /** The authority's public URL. */
  iss: Type.String(),
  organization: Type.String(),
  /** Seconds since the epoch, as a JWT has it: when the receipt was written. */
  iat: Type.Integer(),
  revocation: Type.Object({
    id: Type.String(),
    target: ToldTarget,
    actor: Type.Object({ type: Type.String(), id: Type.String(), name: Type.String() }),
    reason: Type.String(),
    note: Maybe,
    cause: Maybe,
    at: Type.String(),
    times: Type.Integer(),
  }),
  entry: Type.Object({
    position: Type.String(),
    kind: Type.String(),
    subject: Type.Record(Type.String(), Type.String()),
    /** The chain digest of the log at the entry. */
    digest: Type.String(),
  }),
  /** What was live and covered when the entry was written; null where it could not be counted. */
  covered: Type.Union([
    Type.Object({
      tokens: Type.Integer(),
      users: Type.Integer(),
      sessions: Type.Integer(),
      counted: Type.Boolean(),
      /**
       * An issuer whose own tokens are covered too, in a number that only it knows: the keys of an identity provider
       * were revoked, and what is counted came of sign-ins through it.
       */
      uncounted: Type.Optional(Type.Object({ issuer: Type.String() })),
    }),
    Type.Null(),
  ]),
  effect: EffectDocument,
})
export type Receipt = Static<typeof Receipt>

const receipt = Compile(Receipt)
const subject = Compile(Type.Object({ subject: Type.Record(Type.String(), Type.String()) }))

export interface ReceiptParts {
  readonly publicUrl: string
  readonly organizationId: string
  /** Milliseconds since the epoch. */
  readonly writtenAt: number
  readonly revocation: RevocationRecord
  readonly entry: LoggedEntry
  readonly covered: Covered | undefined
  readonly effect: EffectDocument
}

export function composeReceipt(parts: ReceiptParts): Receipt {
  const { publicUrl, organizationId, writtenAt, revocation, entry, covered, effect } = parts
  const { id, target, reason, note, cause, at, times } = revocation
  return {
    iss: publicUrl,
    organization: organizationId,
    iat: Math.floor(writtenAt / 1000),
    revocation: {
      id,
      target: { ...target },
      actor: { type: revocation.actor_type, id: revocation.actor_id, name: revocation.actor_name },
      reason,
      note,
      cause,
      at: new Date(at).toISOString(),
      times,
    },
    entry: {
      position: formatPosition(entry.position),
      kind: entry.kind,
      subject: subject.Parse(JSON.parse(entry.body)).subject,
      digest: entry.digest,
    },
    covered:
      covered === undefined
        ? null
        : {
            tokens: covered.tokens,
            users: covered.users,
            sessions: covered.sessions,
            counted: covered.counted,
            ...(target.type === 'identity_provider' && { uncounted: { issuer: String(target.issuer) } }),
          },
    effect,
  }
}

/** What a stored receipt says. Its signature is for others: this is the authority's own database. */
export function readReceipt(jws: string): Receipt {
  const payload = jws.split('.')[1] ?? ''
  return receiptOfPayload(Buffer.from(payload, 'base64url').toString())
}

/** @throws Error where it is no receipt */
export function receiptOfPayload(json: string): Receipt {
  return receipt.Parse(JSON.parse(json))
}
