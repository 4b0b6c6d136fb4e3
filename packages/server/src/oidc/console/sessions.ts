import { randomBytes } from 'node:crypto'
import type { LogIndex } from '@rescind/core/log'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Actor, Authority, Role } from '../../authority/index.ts'
import { organizationIssuerUrl } from '../../directory/issuer.ts'
import { rolesOf } from '../../directory/roles-of-users.ts'
import { decodeProfile } from '../../directory/users-profile.ts'
import { ENABLED_STATUSES } from '../../directory/users-status.ts'
import type { Knowledge } from '../../log/index.ts'
import { findOrganizationRow } from '../../store/queries/issuers.ts'
import {
  deleteOidcRecord,
  extendOidcRecord,
  findOidcRecord,
  findSessionRow,
  insertOidcRecordOnce,
} from '../../store/queries/oidc-records.ts'
import { findUser } from '../../store/queries/users.ts'
import type { OidcRecords } from '../../store/tables/oidc-records.ts'
import { handleOf } from '../../tokens/handle.ts'
import { judgeOver } from '../../tokens/judging.ts'
import { FormTokens } from '../pages/form-tokens.ts'
import { endSession } from '../sessions.ts'
import type { Redeemed } from './redeem.ts'

/** Milliseconds without a request of the person after which a session is over. */
export const CONSOLE_IDLE = 3_600_000
/** Milliseconds from the sign-in on, however much the session is used; never beyond the issuer's session. */
export const CONSOLE_LIFETIME = 12 * 3_600_000
/** How far behind the noted use may be: a busy session is written once in this time. */
const USE_RESOLUTION = 60_000

const MODEL = 'ConsoleSession'
const CSRF = 'console'

/** A live session of a person at the console, and who that is now. Times are milliseconds since the epoch. */
export interface ConsoleSession {
  /** The digest of its cookie. */
  readonly handle: string
  readonly actor: Actor & { readonly userId: string }
  readonly displayName: string | null
  readonly organization: { readonly id: string; readonly name: string; readonly subdomain: string }
  /** The origin that the console's pages have. */
  readonly origin: string
  /** The session at the issuer, which ends this one when it ends. */
  readonly sid: string
  /** Through whom the person signed in; null where that was by a password here. */
  readonly identityProvider: string | null
  readonly startedAt: number
  readonly idleEndsAt: number
  readonly endsAt: number
}

const Payload = Compile(Type.Object({ until: Type.Integer() }, { additionalProperties: false }))

/**
 * Sessions of the console: the browser has a random cookie and nothing else, the store its digest with the position
 * and the subjects of the sign-in. Standing is asked whenever one is used, so whatever is revoked of its user or its
 * session at the issuer ends it at the next request.
 */
export class ConsoleSessions {
  readonly #authority: Authority
  readonly #knowledge: Knowledge
  readonly #tokens: FormTokens

  constructor(authority: Authority, knowledge: Knowledge) {
    this.#authority = authority
    this.#knowledge = knowledge
    this.#tokens = new FormTokens(authority)
  }

  /**
   * Begins a session for whoever has signed in.
   *
   * @returns the value of its cookie; undefined where the session at the issuer has ended meanwhile
   */
  async open(organizationId: string, { userId, sid, stamp }: Redeemed): Promise<string | undefined> {
    const value = randomBytes(32).toString('base64url')
    const now = this.#authority.clock.now()
    const isOpen = await this.#authority.store.write({ organizationId }, async (tx) => {
      const atIssuer = await findSessionRow(tx, sid)
      if (atIssuer === undefined || atIssuer.expires_at <= now) return false
      const until = Math.min(now + CONSOLE_LIFETIME, atIssuer.expires_at)
      return insertOidcRecordOnce(tx, {
        ...keyOf(handleOf(value)),
        user_code: null,
        uid: null,
        user_id: userId,
        client_id: stamp.subjects.client ?? null,
        session_id: sid,
        grant_id: null,
        assertion_key: null,
        identity_provider: stamp.subjects.identityProvider ?? null,
        incarnation: stamp.place.incarnation,
        seq: stamp.place.seq,
        payload: JSON.stringify({ until }),
        created_at: now,
        expires_at: Math.min(until, now + CONSOLE_IDLE),
      })
    })
    return isOpen ? value : undefined
  }

  /**
   * The session behind a cookie, with its user's roles as they are now, judged at the newest knowledge.
   *
   * @returns undefined where it has expired, rests on what has been revoked, or its user may not act
   */
  async find(organizationId: string, cookie: string): Promise<ConsoleSession | undefined> {
    const index = await this.#knowledge.confirm(organizationId)
    const now = this.#authority.clock.now()
    return this.#authority.store.read({ organizationId }, async (tx) => {
      const row = await findOidcRecord(tx, keyOf(handleOf(cookie)))
      if (row === undefined || row.expires_at <= now || !hasStanding(row, index)) return undefined
      const { user_id: userId, session_id: sid } = row
      if (userId === null || sid === null) return undefined
      const user = await findUser(tx, userId)
      const organization = await findOrganizationRow(tx)
      if (user === undefined || organization === undefined) return undefined
      if (!ENABLED_STATUSES.includes(user.status)) return undefined
      const { firstName, lastName, displayName } = decodeProfile(user.profile)
      const spelled = [firstName, lastName]
        .filter((name) => typeof name === 'string' && name !== '')
        .join(' ')
      return {
        handle: row.handle,
        actor: personAtConsole(organizationId, user, await rolesOf(tx, userId)),
        displayName: displayName ?? (spelled === '' ? null : spelled),
        organization: { id: organization.id, name: organization.name, subdomain: organization.subdomain },
        origin: organizationIssuerUrl(this.#authority, organization.subdomain),
        sid,
        identityProvider: row.identity_provider,
        startedAt: row.created_at,
        idleEndsAt: row.expires_at,
        endsAt: Payload.Parse(JSON.parse(row.payload)).until,
      }
    })
  }

  /** Notes that the person is there. Not awaited: a request is not made to wait for a note about itself. */
  noteUse({ handle, organization, idleEndsAt, endsAt }: ConsoleSession): void {
    const until = Math.min(endsAt, this.#authority.clock.now() + CONSOLE_IDLE)
    if (until - idleEndsAt < USE_RESOLUTION) return
    this.#authority.store
      .write({ organizationId: organization.id }, (tx) => extendOidcRecord(tx, keyOf(handle), until))
      .catch((cause: unknown) => this.#authority.logger.warn({ err: cause }, 'a use was not noted'))
  }

  /** Ends a session because its person signs out, and the one at the issuer with it. */
  async end({ handle, actor, sid, organization }: ConsoleSession): Promise<void> {
    await this.#authority.store.write({ organizationId: organization.id }, (tx) =>
      deleteOidcRecord(tx, keyOf(handle)),
    )
    await endSession(this.#authority, actor, sid)
  }

  /** What the page has to say back with every change, beside the cookie that goes by itself. */
  csrfToken({ handle }: ConsoleSession): Promise<string> {
    return this.#tokens.make(CSRF, handle)
  }

  isOwnToken({ handle }: ConsoleSession, presented: string): Promise<boolean> {
    return this.#tokens.isGood(presented, CSRF, handle)
  }
}

/** Sessions of the console are of the organization as a whole, not of one authorization server. */
function keyOf(handle: string) {
  return { issuer_id: '', model: MODEL, handle }
}

function hasStanding(row: OidcRecords, index: LogIndex): boolean {
  const { user_id: user, client_id: client, session_id: session, identity_provider: provider } = row
  return judgeOver(index).isGood({
    class: 'console_session',
    stamp: {
      place: { incarnation: row.incarnation, seq: row.seq },
      subjects: {
        ...(user === null ? {} : { user }),
        ...(client === null ? {} : { client }),
        ...(session === null ? {} : { session }),
        ...(provider === null ? {} : { identityProvider: provider }),
      },
    },
  })
}

function personAtConsole(
  organizationId: string,
  { id, login }: { readonly id: string; readonly login: string },
  roles: ReadonlySet<Role>,
): ConsoleSession['actor'] {
  return { type: 'user', id, name: login, organizationId, roles, userId: id, source: 'console' }
}
