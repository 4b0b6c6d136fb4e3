import type { ReadTx } from '../../store/index.ts'
import { findApiByIdentifier } from '../../store/queries/apis.ts'
import { listScopes } from '../../store/queries/scopes.ts'
import type { ConsentPage, ScopeWords } from './consent-page.ts'

/** The scopes of OpenID Connect (Core section 5.4 and 11), where the authorization server says nothing better. */
const STANDARD: ReadonlyMap<string, string> = new Map(
  Object.entries({
    openid: 'Who you are: an id that stays the same',
    profile: 'Your profile: name, username, language and time zone',
    email: 'Your email address',
    address: 'Your postal address',
    phone: 'Your phone number',
    offline_access: 'Keep access while you are away, until you end it',
  }),
)

/** What a client asks for, as the OpenID library tells it. */
export interface Missing {
  readonly openid: readonly string[]
  /** By API identifier. */
  readonly resources: Readonly<Record<string, readonly string[]>>
}

/** In words that the authorization server's administrators chose; where they chose none, the scope says itself. */
export async function describeScopes(
  tx: ReadTx,
  issuerId: string,
  missing: Missing,
): Promise<Pick<ConsentPage, 'aboutYou' | 'apis'>> {
  const known = new Map((await listScopes(tx, issuerId)).map((scope) => [scope.name, scope]))
  const words = (scope: string): ScopeWords => {
    const { description, display_name: display } = known.get(scope) ?? {}
    return { scope, words: STANDARD.get(scope) ?? (description || display || scope) }
  }
  const apis: { name: string; scopes: ScopeWords[] }[] = []
  for (const [identifier, scopes] of Object.entries(missing.resources)) {
    const api = await findApiByIdentifier(tx, identifier)
    // What is about the user is said once, above.
    const own = scopes.filter((scope) => !STANDARD.has(scope))
    if (own.length > 0) apis.push({ name: api?.name ?? identifier, scopes: own.map(words) })
  }
  const about = [...missing.openid, ...Object.values(missing.resources).flat()]
  const aboutYou = [...new Set(about)].filter(
    (scope) => STANDARD.has(scope) || missing.openid.includes(scope),
  )
  return { aboutYou: aboutYou.map(words), apis }
}
