import pg from 'pg'
import { Knowledge, Tail } from '../../src/log/index.ts'
import { openSqlServices, PostgresListener, type SqlServices } from '../../src/sql/index.ts'
import type { ListenerOptions } from '../../src/sql/pgwire/listener.ts'
import { ORGANIZATION_A } from './authority.ts'
import type { TestDatabase } from './databases.ts'
import { openTestOkta, type TestOkta } from './okta.ts'

/** An authority whose SQL is spoken in PostgreSQL's protocol, at as many ports as a test wants. */
export interface SqlPorts {
  readonly okta: TestOkta
  readonly services: SqlServices
  /** A port of its own; whoever opens it closes it. */
  listen(options?: Partial<ListenerOptions>, on?: SqlServices): Promise<PostgresListener>
  /** A client that signs in with the token of organization A's administrator. */
  connect(options: pg.ClientConfig): Promise<pg.Client>
  close(): Promise<void>
}

export async function openSqlPorts(database: TestDatabase): Promise<SqlPorts> {
  const okta = await openTestOkta(database)
  const tail = new Tail(okta.authority.store)
  const knowledge = new Knowledge({
    store: okta.authority.store,
    tail,
    onDiverged: async () => {},
    onTrouble() {},
  })
  const services = openSqlServices(okta.authority, knowledge)
  return {
    okta,
    services,
    async listen(options = {}, on = services) {
      const listener = await PostgresListener.bind({ host: '127.0.0.1', port: 0, ...options })
      listener.serve(on)
      return listener
    },
    async connect(options) {
      const client = new pg.Client({
        host: '127.0.0.1',
        user: 'anybody',
        password: okta.adminA.token,
        database: ORGANIZATION_A,
        ...options,
      })
      client.on('error', () => {})
      await client.connect()
      return client
    },
    async close() {
      services.processes.close()
      knowledge.close()
      tail.close()
      await okta.close()
    },
  }
}
