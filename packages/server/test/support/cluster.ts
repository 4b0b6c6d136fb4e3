import { decodeFrame, type Frame } from '@rescind/core/log'
import type { AuthorizationServer } from '../../src/directory/authorization-server.ts'
import { createAuthorizationServer } from '../../src/directory/authorization-servers.ts'
import type { TestDatabase } from './databases.ts'
import { openTestOkta, type TestOkta } from './okta.ts'

export const RESOURCE = 'https://orders.example.com'

type Json = Readonly<Record<string, unknown>>

/** A listening authority with a cluster of verifiers that rely on one API of organization A. */
export interface TestCluster {
  readonly okta: TestOkta
  readonly origin: string
  readonly server: AuthorizationServer
  /** The cluster's id and credential. */
  readonly id: string
  readonly credential: string
  /** A call of the native API by the administrator of organization A. */
  native(
    place: `${'GET' | 'POST' | 'PUT' | 'DELETE'} ${string}`,
    body?: object,
    // biome-ignore lint/suspicious/noExplicitAny: a test looks into replies of every shape
  ): Promise<{ readonly status: number; readonly body: any }>
  revoke(target: Json): Promise<{ readonly position: string; readonly seq: number }>
  close(): Promise<void>
}

export async function openTestCluster(database: TestDatabase, settings: Json = {}): Promise<TestCluster> {
  const okta = await openTestOkta(database)
  const origin = await okta.listen()
  const { authority } = okta
  const server = await createAuthorizationServer(authority, authority.actorA, {
    name: 'Orders',
    audiences: [RESOURCE],
  })
  const native: TestCluster['native'] = async (place, body) => {
    const [method, path] = place.split(' ')
    const reply = await fetch(`${origin}/api/rescind/v1${path}`, {
      method: method ?? 'GET',
      headers: { ...okta.adminA.header, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await reply.text()
    return { status: reply.status, body: text === '' ? undefined : JSON.parse(text) }
  }
  const { body } = await native('POST /clusters', { name: 'Orders', apis: [RESOURCE], ...settings })
  const made = await native(`POST /clusters/${body.id}/credentials`)
  return {
    okta,
    origin,
    server,
    id: body.id,
    credential: made.body.credential,
    native,
    async revoke(target) {
      const reply = await native('POST /revocations', { target, reason: 'test' })
      if (reply.status > 201) throw new Error(JSON.stringify(reply))
      return reply.body
    },
    close: () => okta.close(),
  }
}

/** Reads a stream of server-sent events as frames, until it ends or somebody stops reading. */
export async function* framesFrom(response: Response): AsyncGenerator<Frame, void> {
  for await (const { event, data } of eventsFrom(response)) {
    if (event === 'frame') yield decodeFrame(Buffer.from(data, 'base64url'))
  }
}

export async function* eventsFrom(
  response: Response,
): AsyncGenerator<{ readonly event: string; readonly data: string; readonly id: string }, void> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = new Map(
        text
          .slice(0, end)
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as const),
      )
      text = text.slice(end + 2)
      yield { event: lines.get('event') ?? '', data: lines.get('data') ?? '', id: lines.get('id') ?? '' }
    }
  }
}
