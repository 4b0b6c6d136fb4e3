import type { DomainError, ErrorKind } from '../../../errors/index.ts'
import type { OktaErrorCode } from '../catalogue.ts'
import type { OktaAnswer } from '../envelope.ts'
import { API_TOKEN_WORDS } from './api-tokens.ts'
import { APPLICATION_WORDS, CLIENT_KEY_WORDS, CLIENT_SECRET_WORDS } from './applications.ts'
import { AUTHORIZATION_SERVER_WORDS } from './authorization-servers.ts'
import { COMMON_WORDS } from './common.ts'
import { USER_WORDS } from './users.ts'
import type { OktaWords } from './words.ts'

/** The sections, one per resource. No code stands in two of them: a test holds this. */
export const SECTIONS: readonly OktaWords[] = [
  COMMON_WORDS,
  API_TOKEN_WORDS,
  USER_WORDS,
  APPLICATION_WORDS,
  CLIENT_SECRET_WORDS,
  CLIENT_KEY_WORDS,
  AUTHORIZATION_SERVER_WORDS,
]

/** For a refusal that no section has words for: the code alone decides. */
const BY_KIND: Record<ErrorKind, OktaErrorCode> = {
  invalid: 'E0000001',
  conflict: 'E0000001',
  unauthenticated: 'E0000011',
  forbidden: 'E0000006',
  not_found: 'E0000007',
  limited: 'E0000047',
  unavailable: 'E0000181',
  internal: 'E0000009',
}

/** What Okta would answer to a refusal of the domain. */
export function inOktaWords(refusal: DomainError): OktaAnswer {
  for (const section of SECTIONS) {
    const answer = section[refusal.code]
    if (answer !== undefined) return answer(refusal.details)
  }
  const code = BY_KIND[refusal.kind]
  return code === 'E0000001' ? { code, about: 'request', causes: [refusal.message] } : { code }
}
