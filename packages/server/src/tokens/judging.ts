import type { LogIndex } from '@rescind/core/log'
import { type OwnFacts, type Standing, standing } from '@rescind/core/standing'
import { DomainError } from '../errors/index.ts'
import type { Artefact, Judge } from './judge.ts'

/** The standing of something of ours, at what an index knows. */
export function standingOf(artefact: Artefact, index: LogIndex): Standing {
  return standing(factsOf(artefact, index.log), index)
}

/**
 * A judge over an index that follows its log.
 *
 * @param index the live index: each question is answered at what it knows then
 */
export function judgeOver(index: LogIndex): Judge {
  return {
    mayIssue() {
      if (index.divergence !== undefined) throw new DomainError('log_halted')
    },
    isGood(artefact) {
      const verdict = standingOf(artefact, index)
      // A node that may lack an entry says nothing rather than something wrong.
      if (verdict.standing === 'stale') throw new DomainError('store_unavailable')
      return verdict.standing === 'active'
    },
  }
}

/**
 * The judge of what is about to be used or issued. Where the log lacks entries, what they voided is not known: what is
 * known to be void is said to be so, and of the rest nothing is said.
 */
export function judgeForUse(index: LogIndex): Judge {
  const judge = judgeOver(index)
  return {
    mayIssue: judge.mayIssue,
    isGood(artefact) {
      if (!judge.isGood(artefact)) return false
      judge.mayIssue()
      return true
    },
  }
}

function factsOf({ class: of, id, issuer, signingKey, stamp }: Artefact, log: string): OwnFacts {
  const { place, subjects } = stamp
  const { user, client, grant, session, resource, assertionKey, identityProvider } = subjects
  return {
    origin: 'own',
    class: of,
    position: { log, ...place },
    users: user === undefined ? [] : [user],
    clients: client === undefined ? [] : [client],
    resources: resource === undefined ? [] : [resource],
    organization: log,
    ...(id === undefined ? {} : { token: id }),
    ...(grant === undefined ? {} : { grant }),
    ...(session === undefined ? {} : { session }),
    ...(issuer === undefined ? {} : { issuer }),
    ...(signingKey === undefined ? {} : { key: signingKey }),
    ...(identityProvider === undefined ? {} : { providers: [identityProvider] }),
    ...(assertionKey === undefined ? {} : { assertionKeys: [assertionKey] }),
  }
}
