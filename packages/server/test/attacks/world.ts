import { afterAll, beforeAll } from 'vitest'
import { DATABASES } from '../support/databases.ts'
import type { NodesOptions } from '../support/nodes.ts'
import { authorizationRequest, type Flow, type OidcWorld, openWorld } from '../support/oidc-world.ts'

/**
 * A running authority to attack. What these attacks try does not depend on the database, so the embedded one does;
 * what does is raced on both (`../oidc/flows`, `../revocation`).
 */
export function attackedWorld(options: NodesOptions = {}): () => OidcWorld {
  let opened: Awaited<ReturnType<typeof openWorld>> | undefined
  beforeAll(async () => {
    const [database] = DATABASES
    if (database === undefined) throw new TypeError('no database')
    opened = await openWorld(database, options)
  })
  afterAll(() => opened?.close())
  return () => {
    if (opened === undefined) throw new TypeError('not open yet')
    return opened
  }
}

/** A flow that nothing is wrong with. */
export function honest({ web: client, apis, ada: person }: OidcWorld, more: Partial<Flow> = {}): Flow {
  return { client, api: apis.jwt, person, ...more }
}

/** An authorization request in which an attacker has changed parameters; `null` leaves one out. */
export async function tampered(
  flow: Flow,
  changes: Readonly<Record<string, string | null>>,
): Promise<{ readonly reply: Response; readonly text: string }> {
  const { url } = await authorizationRequest(flow)
  for (const [name, value] of Object.entries(changes))
    if (value === null) url.searchParams.delete(name)
    else url.searchParams.set(name, value)
  const reply = await fetch(url, { redirect: 'manual' })
  return { reply, text: await reply.text() }
}
