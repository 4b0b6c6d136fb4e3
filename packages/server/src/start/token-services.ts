import type { Authority } from '../authority/index.ts'
import { reportOwnMemory } from '../federation/delivery/continuity.ts'
import { ClientJwks } from '../keys/client-jwks/client-jwks.ts'
import { Knowledge, Tail } from '../log/index.ts'
import { Providers } from '../oidc/providers.ts'
import { Issuers } from '../tokens/issuers.ts'

/** What issues and judges tokens, over the tail of every log. */
export interface OpenTokenServices {
  readonly knowledge: Knowledge
  readonly providers: Providers
  readonly issuers: Issuers
  close(): void
}

export function openTokenServices(authority: Authority): OpenTokenServices {
  const tail = new Tail(authority.store)
  const knowledge = new Knowledge({
    store: authority.store,
    tail,
    onDiverged: (place) => reportOwnMemory(authority, place),
    onTrouble: (trouble) => authority.logger.warn({ err: trouble }, 'following a log was interrupted'),
  })
  const clientJwks = new ClientJwks(authority)
  return {
    knowledge,
    providers: new Providers(authority, knowledge, clientJwks),
    issuers: new Issuers(authority, knowledge, clientJwks),
    close() {
      knowledge.close()
      tail.close()
    },
  }
}
