import type { LogIndex } from '../log/index.ts'
import type { TokenFacts } from './facts.ts'
import { foreignStanding } from './foreign.ts'
import { ownStanding } from './own.ts'
import type { Standing } from './verdict.ts'

export type { ForeignFacts, OwnFacts, TokenFacts } from './facts.ts'
export type { RevocationRule, Standing } from './verdict.ts'

/**
 * Whether a token is still good, by what the index knows: the one decision, the same in the authority and in every
 * verifier. Pure: no clock takes part. Whether the knowledge is recent enough, and whether the token has expired,
 * are the caller's questions.
 *
 * Tokens of ours are judged by position. A cutoff at M voids a lower `pos`; a revocation by name or of the signing
 * key voids any; outside the key's active span, below the floor of its class, of an earlier incarnation, of another
 * log or without one, a position is void; beyond the index's own it is `ahead`. Tokens of an identity provider are
 * judged by key, name, block and `iat`. What is already known to void a token is said even by an index with a hole.
 *
 * @throws TypeError for a class that the index was not built to judge, a mistake of the program
 */
export function standing(facts: TokenFacts, index: LogIndex): Standing {
  return facts.origin === 'own' ? ownStanding(facts, index) : foreignStanding(facts, index)
}
