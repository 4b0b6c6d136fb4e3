import type { LogIndex } from '@rescind/core/log'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { type Actor, type Authority, derivedId } from '../authority/index.ts'
import { CONSOLE_CLIENT_ID } from '../directory/console-client.ts'
import { issuerUrlOf } from '../directory/issuer.ts'
import { requireUserRow } from '../directory/users.ts'
import { DomainError } from '../errors/index.ts'
import type { ReadTx, Tables } from '../store/index.ts'
import { findApplicationByClientId } from '../store/queries/applications.ts'
import { listOidcRecordsOfUser } from '../store/queries/oidc-records.ts'
import { judgeOver } from '../tokens/judging.ts'
import { recordRevocation } from './record.ts'

/** What a user has allowed an application: one scope of one authorization server. */
export interface Consent {
  /** Follows from what was allowed, so it stays while the consent does. */
  readonly id: string
  readonly user: string
  readonly client: string
  /** The authorization server's id and its `iss`. */
  readonly issuerId: string
  readonly issuer: string
  readonly scope: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
}

/** A person allows a few applications a few things; what lies beyond this is not shown, and is revoked all the same. */
const MOST_RECORDS = 1_000

/** What of the OpenID library's `Grant` is needed here: the scopes, by whom they are for. */
const Grant = Compile(
  Type.Object({
    openid: Type.Optional(Type.Object({ scope: Type.Optional(Type.String()) })),
    resources: Type.Optional(Type.Record(Type.String(), Type.String())),
  }),
)

/**
 * What a user allows now, newest first.
 *
 * @param user id or login, or `me`
 * @param client narrows the list to one application, by client id
 * @throws DomainError `not_found` where the organization has no such user or application
 */
export async function listConsents(
  authority: Authority,
  index: LogIndex,
  actor: Actor,
  { user, client }: { readonly user: string; readonly client?: string },
): Promise<readonly Consent[]> {
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    const { id } = await requireUserRow(tx, actor, user)
    if (client !== undefined) await requireClient(tx, client)
    const rows = await listOidcRecordsOfUser(tx, 'Grant', id, authority.clock.now())
    const judge = judgeOver(index)
    const consents: Consent[] = []
    for (const row of rows.slice(0, MOST_RECORDS)) {
      if (row.client_id === null || (client !== undefined && row.client_id !== client)) continue
      // The console is ours: nobody has allowed it anything, and nobody can take that back.
      if (row.client_id === CONSOLE_CLIENT_ID) continue
      const issuer = await issuerUrlOf(authority, tx, row.issuer_id)
      if (judge.isGood(artefactOf(row, issuer)))
        consents.push(...consentsIn(row, { user: id, client: row.client_id, issuer }))
    }
    return consents
  })
}

/** @throws DomainError `not_found` also where the user allows it no more */
export async function findConsent(
  authority: Authority,
  index: LogIndex,
  actor: Actor,
  user: string,
  id: string,
): Promise<Consent> {
  const consent = (await listConsents(authority, index, actor, { user })).find((one) => one.id === id)
  if (consent === undefined) throw new DomainError('not_found', { type: 'grant', id })
  return consent
}

/**
 * Takes back what a user allowed an application: by one `user_client.revoked`, which voids all consents of the user
 * for it, and the tokens and codes that rest on them. The application has to ask again.
 *
 * @throws DomainError `not_found` where the organization has no such user or application
 */
export async function revokeConsents(
  authority: Authority,
  actor: Actor,
  { user, client }: { readonly user: string; readonly client: string },
): Promise<void> {
  await authority.store.write(
    { organizationId: actor.organizationId },
    async (tx) => {
      const { id } = await requireUserRow(tx, actor, user)
      await requireClient(tx, client)
      const target = { type: 'user_application', user: id, client } as const
      await recordRevocation(authority, tx, actor, target, { code: 'requested', cause: 'consent.revoked' })
    },
    'urgent',
  )
}

/**
 * The same for every application that the user allows anything: one entry each, in one transaction.
 *
 * @throws DomainError `not_found` where the organization has no such user
 */
export async function revokeAllConsents(
  authority: Authority,
  index: LogIndex,
  actor: Actor,
  user: string,
): Promise<void> {
  const consents = await listConsents(authority, index, actor, { user })
  const targets = new Map(
    consents.map((consent) => [
      consent.client,
      { type: 'user_application', user: consent.user, client: consent.client } as const,
    ]),
  )
  await authority.store.write(
    { organizationId: actor.organizationId },
    async (tx) => {
      for (const target of targets.values())
        await recordRevocation(authority, tx, actor, target, { code: 'requested', cause: 'consent.revoked' })
    },
    'urgent',
  )
}

async function requireClient(tx: ReadTx, client: string): Promise<void> {
  if ((await findApplicationByClientId(tx, client)) === undefined)
    throw new DomainError('not_found', { type: 'application', id: client })
}

type Row = Tables['oidc_records']

function artefactOf(row: Row, issuer: string) {
  const { user_id: user, client_id: client, session_id: session, assertion_key: assertionKey } = row
  return {
    class: 'grant',
    issuer,
    stamp: {
      place: { incarnation: row.incarnation, seq: row.seq },
      subjects: {
        ...(user !== null && { user }),
        ...(client !== null && { client }),
        ...(session !== null && { session }),
        ...(assertionKey !== null && { assertionKey }),
        ...(row.identity_provider !== null && { identityProvider: row.identity_provider }),
      },
    },
  } as const
}

function consentsIn(
  row: Row,
  about: { readonly user: string; readonly client: string; readonly issuer: string },
): Consent[] {
  const { openid, resources = {} } = Grant.Parse(JSON.parse(row.payload))
  const scopes = new Set(
    [openid?.scope, ...Object.values(resources)].flatMap((text) => text?.split(' ') ?? []),
  )
  scopes.delete('')
  return [...scopes].map((scope) => ({
    ...about,
    id: derivedId('oag', `${row.handle} ${scope}`),
    issuerId: row.issuer_id,
    scope,
    createdAt: row.created_at,
  }))
}
