import { type Authority, entryActor, systemActor } from '../authority/index.ts'
import { customIssuerUrl, findIssuer } from '../directory/issuer.ts'
import { policyAt } from '../directory/policy.ts'
import { append } from '../log/index.ts'
import type { Tables } from '../store/index.ts'
import type { Judge } from './judge.ts'
import { rowArtefact, scanTokens } from './ledger.ts'
import type { Stamp } from './stamp.ts'

const PAGE = 100
/** A cap that was lowered takes effect over several issues rather than in one long transaction. */
const MOST_AT_ONCE = 100

/**
 * Holds a user's tokens at an application to the organization's cap, after another one was issued: those issued
 * longest ago are revoked, by one `token.revoked` each. Without a cap, and for tokens without a user, there is
 * nothing to do.
 */
export async function holdToCap(
  authority: Authority,
  organizationId: string,
  judge: Judge,
  { place, subjects: { user, client } }: Stamp,
): Promise<void> {
  if (user === undefined || client === undefined) return
  const { tokensPerUserAndApplication: cap } = await policyAt(authority, organizationId, place)
  if (cap === null) return
  await authority.store.write({ organizationId }, async (tx) => {
    const now = authority.clock.now()
    const urls = new Map<string, string>()
    const excess: Tables['tokens'][] = []
    let good = 0
    for await (const page of scanTokens(tx, { user, client, liveAt: now }, PAGE)) {
      for (const row of page) {
        const url = urls.get(row.issuer_id) ?? (await findIssuer(authority, tx, row.issuer_id))?.url
        const issuer = url ?? customIssuerUrl(authority, row.issuer_id)
        urls.set(row.issuer_id, issuer)
        if (row.consumed_at !== null || !judge.isGood(rowArtefact(row, issuer))) continue
        good += 1
        if (good > cap) excess.push(row)
      }
      if (excess.length >= MOST_AT_ONCE) break
    }
    for (const { id, kind, expires_at: expires } of excess)
      await append(
        tx,
        {
          kind: 'token.revoked',
          subject: { token: id },
          data: { class: kind, expires },
          actor: entryActor(systemActor(organizationId)),
          reason: { code: 'policy' },
          cause: 'policy.token_cap',
        },
        now,
      )
  })
}
