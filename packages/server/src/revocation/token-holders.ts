import type { LogIndex } from '@rescind/core/log'
import type { Actor, Authority } from '../authority/index.ts'
import { requireIssuer } from '../directory/issuer.ts'
import { requireUserRow } from '../directory/users.ts'
import type { ReadTx } from '../store/index.ts'
import {
  type ApplicationRow,
  findApplicationByClientId,
  listApplications,
} from '../store/queries/applications.ts'
import { judgeOver } from '../tokens/judging.ts'
import { rowArtefact, scanTokens } from '../tokens/ledger.ts'
import { listConsents } from './consents.ts'

const PAGE = 100

/**
 * The applications that hold a good refresh token of a user, or that the user allows anything.
 *
 * @throws DomainError `not_found` where the organization has no such user
 */
export async function listClientsOfUser(
  authority: Authority,
  index: LogIndex,
  actor: Actor,
  user: string,
): Promise<readonly ApplicationRow[]> {
  const allowed = await listConsents(authority, index, actor, { user })
  const clients = new Set(allowed.map(({ client }) => client))
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    const { id } = await requireUserRow(tx, actor, user)
    for await (const client of goodRefreshTokens(authority, tx, index, { user: id })) clients.add(client)
    const rows = await Promise.all([...clients].sort().map((client) => findApplicationByClientId(tx, client)))
    return rows.filter((row) => row !== undefined)
  })
}

/**
 * The applications that hold a good refresh token from an authorization server, in order of creation.
 *
 * @throws DomainError `not_found` where the organization has no such authorization server
 */
export async function listClientsOfServer(
  authority: Authority,
  index: LogIndex,
  actor: Actor,
  issuerId: string,
): Promise<readonly ApplicationRow[]> {
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    await requireIssuer(authority, tx, issuerId)
    const holders: ApplicationRow[] = []
    let page: readonly ApplicationRow[] = []
    do {
      const last = page.at(-1)
      page = await listApplications(tx, {
        limit: PAGE,
        ...(last !== undefined && { after: { createdAt: last.created_at, id: last.id } }),
      })
      for (const application of page)
        for await (const _good of goodRefreshTokens(authority, tx, index, {
          issuer: issuerId,
          client: application.client_id,
        })) {
          holders.push(application)
          break
        }
    } while (page.length === PAGE)
    return holders
  })
}

/** The client of each refresh token that is good now, letting others go on between one page and the next. */
async function* goodRefreshTokens(
  authority: Authority,
  tx: ReadTx,
  index: LogIndex,
  filter: { readonly user?: string; readonly issuer?: string; readonly client?: string },
): AsyncGenerator<string> {
  const judge = judgeOver(index)
  const urls = new Map<string, string>()
  const liveAt = authority.clock.now()
  for await (const page of scanTokens(tx, { ...filter, kind: 'refresh', liveAt }, PAGE)) {
    for (const row of page) {
      const url = urls.get(row.issuer_id) ?? (await requireIssuer(authority, tx, row.issuer_id)).url
      urls.set(row.issuer_id, url)
      if (row.consumed_at === null && judge.isGood(rowArtefact(row, url))) yield row.client_id
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
}
