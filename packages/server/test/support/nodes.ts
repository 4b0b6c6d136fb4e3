import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { type Authority, type Clock, SYSTEM_CLOCK } from '../../src/authority/index.ts'
import { MasterKeyVault } from '../../src/secrets/index.ts'
import { readConfiguration } from '../../src/start/configuration/index.ts'
import { firstStart } from '../../src/start/first-start.ts'
import { buildHttp } from '../../src/start/http.ts'
import { bindPort } from '../../src/start/port.ts'
import { openStore } from '../../src/store/index.ts'
import type { TestDatabase, TestPlace } from './databases.ts'
import { rsaKeyPairs } from './rsa-key-pairs.ts'

/** One process's worth of the authority, in this process: it has its own store, index and memory. */
export interface TestNode {
  /** Where it listens. */
  readonly url: string
  readonly authority: Authority
  readonly app: FastifyInstance
}

export interface TestNodes {
  /** As every issuer begins, whichever node answers. */
  readonly publicUrl: string
  readonly nodes: readonly [TestNode, ...TestNode[]]
  /** Of the administrator of the organization that the first start makes. */
  readonly apiToken: string
  /** Where the database is. */
  readonly place: TestPlace
  close(): Promise<void>
}

export interface NodesOptions {
  readonly count?: number
  readonly clock?: Clock
}

/**
 * The authority as it is served, over a fresh database, on free ports of the loopback address and by the system's
 * clock unless a test brings one. Several nodes over one database share nothing but it; the embedded database takes one.
 */
export async function openNodes(
  database: TestDatabase,
  { count = 1, clock = SYSTEM_CLOCK }: NodesOptions = {},
): Promise<TestNodes> {
  const place = await database.place()
  const vault = new MasterKeyVault(randomBytes(32))
  const ports = await Promise.all(Array.from({ length: count }, () => bindPort('127.0.0.1', 0)))
  const [first] = ports
  if (first === undefined) throw new TypeError('at least one node')
  const publicUrl = `http://127.0.0.1:${first.number}`
  const apiToken = randomBytes(24).toString('base64url')
  const { firstStart: given } = readConfiguration({ RESCIND_ADMIN_API_TOKEN: apiToken })
  const nodes: TestNode[] = []
  for (const { number, handle } of ports) {
    const authority: Authority = {
      store: await openStore(place.options),
      clock,
      vault,
      rsaKeyPairs,
      logger: pino({ level: 'silent' }),
      publicUrl,
      allowPrivateNetworks: true,
    }
    await firstStart(authority, given)
    const app = buildHttp(authority, {
      oktaRequestsPerMinute: 1_000_000,
      trustedProxies: [],
      draining: () => false,
    })
    await app.ready()
    const listening = once(app.server, 'listening')
    app.server.listen(handle)
    await listening
    nodes.push({ url: `http://127.0.0.1:${number}`, authority, app })
  }
  const [node, ...others] = nodes
  if (node === undefined) throw new TypeError('at least one node')
  return {
    publicUrl,
    nodes: [node, ...others],
    apiToken,
    place,
    async close() {
      for (const { app, authority } of nodes) {
        app.server.closeAllConnections()
        await app.close()
        await authority.store.close()
      }
      await place.remove()
    },
  }
}
