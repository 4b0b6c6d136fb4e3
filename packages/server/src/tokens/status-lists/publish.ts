import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { formatPosition, type Position } from '@rescind/core/log'
import { SignJWT } from 'jose'
import { DomainError } from '../../errors/index.ts'
import { activeSigningKey } from '../../keys/issuer-keys.ts'
import { findStatusList, listStatusLists, placedTokens } from '../../store/queries/status-lists.ts'
import type { StatusLists } from '../../store/tables/status-lists.ts'
import type { KnownIssuer } from '../issuers.ts'
import { judgeForUse, standingOf } from '../judging.ts'
import { rowArtefact } from '../ledger.ts'
import { statusListsAddress } from './place.ts'
import { BITS, Statuses, statusOf } from './statuses.ts'

/**
 * Seconds that a reader may go on with a list (`ttl`), and milliseconds for which we give out one that was built
 * before the newest entry. A token that was revoked is called valid for no longer than both together.
 */
export const STATUS_LIST_TTL = 15
export const STATUS_LIST_REBUILD = 2_000
/** Rows that are judged before others get their turn. */
const PAGE = 1_000
const MOST_REMEMBERED = 1_000

/** A signed list (`statuslist+jwt`), and the position of the log at which it was true. */
export interface PublishedList {
  readonly jwt: string
  readonly position: Position
}

interface Remembered extends PublishedList {
  /** When it has to be built again, changed or not; by the monotonic clock. */
  readonly signedAt: number
  readonly builtAt: number
}

const remembered = new WeakMap<KnownIssuer['authority']['store'], Map<string, Promise<Remembered>>>()

/** The addresses of an issuer's lists. */
export async function statusListAddresses(issuer: KnownIssuer, endpoints: string): Promise<string[]> {
  const { authority, organizationId, issuerId } = issuer
  const ids = await authority.store.read({ organizationId }, (tx) => listStatusLists(tx, issuerId))
  return ids.map((id) => `${statusListsAddress(endpoints)}/${id}`)
}

/**
 * A list as it stands: a projection of `standing` over its tokens, at the position of the issuer's knowledge or at
 * one that was passed no longer than `STATUS_LIST_REBUILD` ago. All who ask meanwhile share one building.
 *
 * @throws DomainError `not_found`, `store_unavailable`
 */
export async function publishedStatusList(
  issuer: KnownIssuer,
  endpoints: string,
  id: string,
): Promise<PublishedList> {
  const { authority, organizationId, issuerId } = issuer
  const memory = remembered.get(authority.store) ?? new Map<string, Promise<Remembered>>()
  remembered.set(authority.store, memory)
  // By its issuer too: what is in memory must not be found below another issuer's address.
  const name = `${issuerId} ${id}`
  const known = memory.get(name)
  if (known !== undefined) {
    const list = await known.catch(() => undefined)
    if (list !== undefined && isFresh(list, issuer)) return list
    if (memory.get(name) !== known) return publishedStatusList(issuer, endpoints, id)
  }
  const row = await authority.store.read({ organizationId }, (tx) => findStatusList(tx, issuerId, id))
  if (row === undefined) throw new DomainError('not_found', { type: 'status list', id })
  // Somebody else may have begun while the row was read.
  const other = memory.get(name)
  if (other !== undefined && other !== known) return other
  const building = build(issuer, endpoints, row)
  memory.delete(name)
  memory.set(name, building)
  const [oldest] = memory.keys()
  if (memory.size > MOST_REMEMBERED && oldest !== undefined) memory.delete(oldest)
  return building
}

function isFresh({ signedAt, builtAt, position }: Remembered, { index }: KnownIssuer): boolean {
  const now = performance.now()
  if (now - signedAt > (STATUS_LIST_TTL * 1000) / 2) return false
  if (now - builtAt < STATUS_LIST_REBUILD) return true
  const { incarnation, seq } = index.position
  return position.incarnation === incarnation && position.seq === seq
}

async function build(issuer: KnownIssuer, endpoints: string, row: StatusLists): Promise<Remembered> {
  const builtAt = performance.now()
  const { authority, issuerId, index } = issuer
  judgeForUse(index).mayIssue()
  const { position } = index
  const lst = await encodeStatuses(issuer, row)
  const { kid, alg, privateKey } = await activeSigningKey(authority, issuerId)
  const uri = `${statusListsAddress(endpoints)}/${row.id}`
  const now = Math.floor(authority.clock.now() / 1000)
  // Token Status List, "Status List Token in JWT Format". `pos` is ours: the place in the log at which each of these statuses was true.
  const jwt = await new SignJWT({
    ttl: STATUS_LIST_TTL,
    status_list: { bits: BITS, lst, aggregation_uri: statusListsAddress(endpoints) },
    pos: formatPosition(position),
  })
    .setProtectedHeader({ alg, kid, typ: 'statuslist+jwt' })
    .setIssuer(issuer.url)
    .setSubject(uri)
    .setIssuedAt(now)
    .setExpirationTime(now + 2 * STATUS_LIST_TTL)
    .sign(privateKey)
  return { jwt, position, signedAt: builtAt, builtAt }
}

/** @throws DomainError `store_unavailable` where this node may lack an entry */
async function encodeStatuses(issuer: KnownIssuer, row: StatusLists): Promise<string> {
  const { authority, organizationId, index, url } = issuer
  const statuses = new Statuses(row.size)
  let after = -1
  for (;;) {
    const page = await authority.store.read({ organizationId }, (tx) =>
      placedTokens(tx, row.id, authority.clock.now(), after, PAGE),
    )
    for (const { place, ...token } of page) {
      const standing = standingOf(rowArtefact(token, url), index)
      if (standing.standing === 'stale') throw new DomainError('store_unavailable')
      statuses.set(place, statusOf(standing))
      after = place
    }
    if (page.length < PAGE) return statuses.encode()
    await yieldToOthers()
  }
}
