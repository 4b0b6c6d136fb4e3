import { randomBytes } from 'node:crypto'
import { type Authority, newId } from '../../authority/index.ts'
import { insertPlace, insertStatusList, takePlace } from '../../store/queries/status-lists.ts'
import { shuffled } from './shuffle.ts'

/** Tokens in one list: 16 KiB before compression, and a rebuild that a request can wait for. */
export const LIST_SIZE = 65_536

/** The `status` claim of a token (Token Status List, "Referenced Token in JOSE"). */
export interface StatusClaim {
  readonly status_list: { readonly idx: number; readonly uri: string }
}

/** Where the lists of an issuer are. */
export function statusListsAddress(endpoints: string): string {
  return `${endpoints}/status-lists`
}

/**
 * Gives a token that is about to be issued its place in a status list. A place is never given twice; the place of a
 * token that is not issued after all stays empty.
 *
 * @param endpoints where the issuer's endpoints are
 * @param expiresAt of the token, milliseconds since the epoch
 */
export async function placeToken(
  { store, clock }: Pick<Authority, 'store' | 'clock'>,
  whose: { readonly organizationId: string; readonly issuerId: string; readonly endpoints: string },
  token: { readonly id: string; readonly expiresAt: number },
): Promise<StatusClaim> {
  const { organizationId, issuerId, endpoints } = whose
  const { list, place } = await store.write({ organizationId }, async (tx) => {
    let taken = await takePlace(tx, issuerId)
    if (taken === undefined) {
      await insertStatusList(tx, {
        id: newId('stl'),
        issuer_id: issuerId,
        size: LIST_SIZE,
        taken: 0,
        shuffle: randomBytes(16).toString('hex'),
        created_at: clock.now(),
      })
      taken = await takePlace(tx, issuerId)
    }
    if (taken === undefined) throw new TypeError('a new list without a place')
    const number = shuffled(taken.shuffle, taken.size, taken.taken)
    await insertPlace(tx, {
      list_id: taken.id,
      place: number,
      token_id: token.id,
      expires_at: token.expiresAt,
    })
    return { list: taken.id, place: number }
  })
  return { status_list: { idx: place, uri: `${statusListsAddress(endpoints)}/${list}` } }
}
