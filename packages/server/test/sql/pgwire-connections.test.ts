import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createSecureContext } from 'node:tls'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { referenceTo } from '../../src/directory/api-tokens.ts'
import { Secret } from '../../src/secrets/index.ts'
import type { PostgresListener } from '../../src/sql/index.ts'
import { PGWIRE_LIMITS } from '../../src/sql/pgwire/limits.ts'
import type { ListenerOptions } from '../../src/sql/pgwire/listener.ts'
import { Session } from '../../src/sql/pgwire/session.ts'
import { ORGANIZATION_A } from '../support/authority.ts'
import { selfSigned } from '../support/certificate.ts'
import { DATABASES } from '../support/databases.ts'
import { openSqlPorts, type SqlPorts } from '../support/sql-ports.ts'
import { BOMB } from './client.ts'
import { CANCEL_REQUEST, packet, SSL_REQUEST, VERSION_3 } from './packets.ts'

// What a connection is does not depend on the database behind it.
describe.each(DATABASES.filter(({ name }) => name === 'sqlite'))(
  'connections to the PostgreSQL port',
  (database) => {
    const { cert, key } = selfSigned()
    let ports: SqlPorts
    let plain: PostgresListener
    let secure: PostgresListener
    beforeAll(async () => {
      ports = await openSqlPorts(database)
      plain = await ports.listen()
      secure = await ports.listen({ tls: createSecureContext({ cert, key }) })
    })
    afterAll(async () => {
      await Promise.all([plain.close(), secure.close()])
      await ports.close()
    })

    const open = (options: pg.ClientConfig = {}) => ports.connect({ port: plain.port, ...options })
    /** The server hears that others have gone a moment later than they do. */
    const openAgain = async (options: pg.ClientConfig = {}): Promise<pg.Client> =>
      open(options).catch(() => openAgain(options))
    const one = async (client: pg.Client) => (await client.query('SELECT 1 AS one')).rows
    const raw = async (port = plain.port): Promise<Socket> => {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => {})
      await once(socket, 'connect')
      return socket
    }
    /** All that the server says until it ends the connection. */
    const last = async (socket: Socket): Promise<string> => {
      let said = ''
      for await (const chunk of socket) said += chunk.toString('latin1')
      return said
    }

    it('speak TLS where there is a certificate, which the client checks', async () => {
      const client = await open({ port: secure.port, ssl: { ca: cert, servername: 'localhost' } })
      expect(await one(client)).toEqual([{ one: '1' }])
      await client.end()
      const other = { ca: selfSigned().cert, servername: 'localhost' }
      await expect(open({ port: secure.port, ssl: other })).rejects.toThrow(/self-signed|certificate/)
    })

    it('do without where there is none, and a client that insists goes away', async () => {
      await expect(open({ ssl: { ca: cert, servername: 'localhost' } })).rejects.toThrow(
        'does not support SSL',
      )
      const socket = await raw()
      socket.write(packet(SSL_REQUEST))
      expect((await once(socket, 'data'))[0].toString()).toBe('N')
      socket.destroy()
    })

    it('take nothing that was sent in clear behind a request for TLS', async () => {
      const socket = await raw(secure.port)
      socket.write(Buffer.concat([packet(SSL_REQUEST), packet(VERSION_3)]))
      expect(await last(socket)).toContain('C08P01')
    })

    it('have a statement cancelled by who has their key, and by nobody else', async () => {
      const client = await open()
      const [id, secret] = [
        Number(Reflect.get(client, 'processID')),
        Number(Reflect.get(client, 'secretKey')),
      ]
      const cancel = async (wanted: number, presented: number) => {
        const socket = await raw()
        socket.write(packet(CANCEL_REQUEST, wanted, presented))
        expect(await last(socket)).toBe('')
      }
      const guessed = expect(client.query(BOMB)).rejects.toMatchObject({ code: '54000' })
      await cancel(id, secret ^ 1)
      await cancel(id ^ 1, secret)
      await guessed
      const cancelled = expect(client.query(BOMB)).rejects.toMatchObject({ code: '57014' })
      await cancel(id, secret)
      await cancelled
      expect(await one(client)).toEqual([{ one: '1' }])
      await client.end()
    })

    it('have a statement cancelled from the moment that it is there', async () => {
      let said = ''
      const session = new Session({
        services: ports.services,
        reference: referenceTo(new Secret(ports.okta.adminA.token)),
        user: 'anybody',
        database: ORGANIZATION_A,
        write: (bytes) => {
          said += bytes.toString('latin1')
        },
      })
      const answered = session.answer({ type: 'Q', body: Buffer.from('SELECT 1 AS one\0') })
      // Who asks is still being looked up.
      session.cancel()
      await answered
      expect(said).toContain('C57014')
      await session.answer({ type: 'Q', body: Buffer.from('SELECT 1 AS one\0') })
      expect(said).toContain('SELECT 1\0')
    })

    /** A listener of its own, for as long as a test needs it. */
    const withListener = async (
      options: Partial<ListenerOptions>,
      run: (listener: PostgresListener) => Promise<void>,
    ) => {
      const listener = await ports.listen(options)
      try {
        await run(listener)
      } finally {
        await listener.close()
      }
    }
    const freshClientWorks = async (port = plain.port, options: pg.ClientConfig = {}) => {
      const client = await open({ port, ...options })
      expect(await one(client)).toEqual([{ one: '1' }])
      await client.end()
    }

    it('answer S to a request for TLS where there is a certificate', async () => {
      const socket = await raw(secure.port)
      socket.write(packet(SSL_REQUEST))
      expect((await once(socket, 'data'))[0].toString()).toBe('S')
      // What is no TLS behind it is an end, and no harm to others.
      socket.write('nonsense that is no ClientHello')
      await last(socket).catch(() => {})
      await freshClientWorks(secure.port, { ssl: { ca: cert, servername: 'localhost' } })
    })

    it.each([
      ['a start-up packet that is never completed', Buffer.from('000000080003', 'hex'), false],
      ['silence', Buffer.alloc(0), false],
      ['silence where TLS was to begin', packet(SSL_REQUEST), true],
      ['asking for TLS where there is none, and silence', packet(SSL_REQUEST), false],
    ])('end after %s', async (_, bytes, isSecure) => {
      const tls = isSecure ? createSecureContext({ cert, key }) : undefined
      // The other limit is far away, so that each is seen to end it alone.
      for (const limits of [
        { signIn: 20, idle: 3_600_000 },
        { signIn: 3_600_000, idle: 20 },
      ])
        await withListener({ tls, limits }, async ({ port }) => {
          const socket = await raw(port)
          socket.write(bytes)
          expect(await last(socket)).toBe(bytes.length < 8 ? '' : isSecure ? 'S' : 'N')
        })
      await freshClientWorks()
    })

    it('give their place back however they end', async () => {
      const tls = createSecureContext({ cert, key })
      await withListener({ tls, limits: { connections: 1 } }, async ({ port }) => {
        const ssl = { ca: cert, servername: 'localhost' }
        const first = await open({ port, ssl })
        await expect(open({ port, ssl })).rejects.toMatchObject({ code: '53300' })
        // A cancel request needs no place.
        const canceller = await raw(port)
        canceller.write(packet(CANCEL_REQUEST, 1, 1))
        expect(await last(canceller)).toBe('')
        expect(await one(first)).toEqual([{ one: '1' }])
        await first.end()
        await (await openAgain({ port, ssl })).end()
        const rude = await raw(port)
        rude.write(packet(SSL_REQUEST))
        await once(rude, 'data')
        rude.resetAndDestroy()
        await (await openAgain({ port, ssl })).end()
      })
    })

    it.each([
      ['the words of another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'C54000'],
      ['zeroes', Buffer.alloc(8), 'C08P01'],
      ['a message without a version', packet(), 'C08P01'],
      [
        'settings that do not end',
        Buffer.concat([Buffer.from([0, 0, 0, 12]), packet(VERSION_3).subarray(4), Buffer.from('user')]),
        'C08P01',
      ],
      ['version 2', packet(2 << 16), 'C08P01'],
      ['version 4', packet(4 << 16), 'C08P01'],
      [
        'a first message that is too long',
        packet(...Array(PGWIRE_LIMITS.firstMessage / 4).fill(0)),
        'C54000',
      ],
    ])('end after %s, with a reason', async (_, bytes, said) => {
      const socket = await raw()
      socket.write(bytes)
      expect(await last(socket)).toContain(said)
      await freshClientWorks()
    })

    it.each([
      ['the newest version that there is', VERSION_3, [], ''],
      ['a newer one', VERSION_3 + 2, [], 'v\0\0\0\x0c\0\x03\0\0\0\0\0\0'],
      ['options that nobody knows', VERSION_3, ['_pq_.wish'], 'v\0\0\0\x16\0\x03\0\0\0\0\0\x01_pq_.wish\0'],
    ] as const)('answer %s with what there is, and go on', async (_, version, options, said) => {
      const parameters = ['user', 'anybody', ...options.flatMap((name) => [name, 'on'])]
      const head = packet(version)
      const body = Buffer.from(`${parameters.join('\0')}\0\0`)
      head.writeInt32BE(head.length + body.length)
      const socket = await raw()
      socket.write(Buffer.concat([head, body]))
      // Then comes the question for the password.
      expect((await once(socket, 'data'))[0].toString('latin1').split('R')[0]).toBe(said)
      socket.destroy()
      await freshClientWorks()
    })

    it('end after a message that is too long, and others go on', async () => {
      const [client, other] = [await open(), await open()]
      await expect(client.query(`SELECT '${'x'.repeat(PGWIRE_LIMITS.message)}'`)).rejects.toThrow()
      await expect(client.query('SELECT 1')).rejects.toThrow()
      expect(await one(other)).toEqual([{ one: '1' }])
      await other.end()
    })

    it('are as many as are allowed, and whoever comes then is told', async () => {
      const waiting = await Promise.all(Array.from({ length: PGWIRE_LIMITS.connections }, () => raw()))
      await expect(open()).rejects.toMatchObject({ code: '53300' })
      const gone = waiting.map((socket) => once(socket, 'close'))
      for (const socket of waiting) socket.destroy()
      await Promise.all(gone)
      const client = await openAgain()
      expect(await one(client)).toEqual([{ one: '1' }])
      await client.end()
    })
  },
)
