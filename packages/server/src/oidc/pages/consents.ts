import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { findOidcRecord, saveOidcRecord } from '../../store/queries/oidc-records.ts'
import { handleOf } from '../../tokens/handle.ts'
import type { IssuerContext } from '../adapter/issuer-context.ts'
import { LIFETIMES } from '../lifetimes.ts'
import { currentRequest } from '../request.ts'

/** What a user has allowed a client: claims about the user by scope, and scopes by API identifier. */
export interface Allowed {
  readonly openid: readonly string[]
  readonly resources: ReadonlyMap<string, readonly string[]>
}

export const CONSENT_MODEL = 'Consent'

const Stored = Compile(
  Type.Object({
    openid: Type.Array(Type.String()),
    resources: Type.Array(Type.Tuple([Type.String(), Type.Array(Type.String())])),
  }),
)

/** One consent per user, client and authorization server. */
function keyOf({ issuerId }: IssuerContext, userId: string, clientId: string) {
  const handle = handleOf(JSON.stringify([userId, clientId]))
  return { issuer_id: issuerId, model: CONSENT_MODEL, handle }
}

/** What the user allowed the client before, where nothing has been revoked since that it rests on. */
export async function findConsent(
  context: IssuerContext,
  userId: string,
  clientId: string,
): Promise<Allowed | undefined> {
  const { authority, organizationId, judge } = context
  const row = await authority.store.read({ organizationId }, (tx) =>
    findOidcRecord(tx, keyOf(context, userId, clientId)),
  )
  if (row === undefined || row.expires_at <= authority.clock.now()) return undefined
  const stamp = {
    place: { incarnation: row.incarnation, seq: row.seq },
    subjects: { user: userId, client: clientId },
  }
  if (!judge.isGood({ class: 'grant', issuer: context.issuer, stamp })) return undefined
  return readConsent(row.payload)
}

export function readConsent(payload: string): Allowed {
  const { openid, resources } = Stored.Parse(JSON.parse(payload))
  return { openid, resources: new Map(resources) }
}

/** Keeps what a user has just allowed, with what was allowed before. Asked again when it was not used for long. */
export async function keepConsent(
  context: IssuerContext,
  userId: string,
  clientId: string,
  allowed: Allowed,
): Promise<void> {
  const { authority, organizationId } = context
  const { place } = currentRequest()
  const both = united((await findConsent(context, userId, clientId)) ?? NOTHING, allowed)
  const now = authority.clock.now()
  await authority.store.write({ organizationId }, (tx) =>
    saveOidcRecord(tx, {
      ...keyOf(context, userId, clientId),
      user_code: null,
      uid: null,
      user_id: userId,
      client_id: clientId,
      session_id: null,
      grant_id: null,
      assertion_key: null,
      identity_provider: null,
      incarnation: place.incarnation,
      seq: place.seq,
      payload: JSON.stringify({ openid: both.openid, resources: [...both.resources] }),
      created_at: now,
      expires_at: now + LIFETIMES.grant * 1000,
    }),
  )
}

const NOTHING: Allowed = { openid: [], resources: new Map() }

function united(one: Allowed, other: Allowed): Allowed {
  const resources = new Map(one.resources)
  for (const [api, scopes] of other.resources)
    resources.set(api, [...new Set([...(resources.get(api) ?? []), ...scopes])])
  return { openid: [...new Set([...one.openid, ...other.openid])], resources }
}
