import { randomInt } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'
import { type SecureContext, TLSSocket } from 'node:tls'
import type { SqlServices } from '../services.ts'
import { SETTINGS } from './courtesies.ts'
import { ProtocolFault, tell } from './faults.ts'
import { Fields, Frames } from './frames.ts'
import { type ConnectionLimits, PGWIRE_LIMITS } from './limits.ts'
import { authentication, backendKey, negotiation, parameterStatus, ready, refusal } from './messages.ts'
import { Session } from './session.ts'
import { SignIn } from './sign-in.ts'

export interface ListenerOptions {
  readonly host: string
  readonly port: number
  /** The certificate that TLS is offered with. */
  readonly tls?: SecureContext | undefined
  /** Which peers may say a password in clear without TLS: loopback ones unless told. */
  readonly isLocal?: (address: string) => boolean
  /** Those of `PGWIRE_LIMITS` unless told. */
  readonly limits?: Partial<ConnectionLimits>
}

const SSL_REQUEST = 80_877_103
const GSS_REQUEST = 80_877_104
const CANCEL_REQUEST = 80_877_102
const VERSION_3 = 196_608
/** Settings that a client hears of unasked. */
const REPORTED = new Map([
  ['server_version', 'server_version'],
  ['server_encoding', 'server_encoding'],
  ['client_encoding', 'client_encoding'],
  ['DateStyle', 'datestyle'],
  ['TimeZone', 'timezone'],
  ['integer_datetimes', 'integer_datetimes'],
  ['standard_conforming_strings', 'standard_conforming_strings'],
])
const STOPPING = { code: '57P01', message: 'the server stops' }

interface Connection {
  socket: Socket
  session?: Session
  secret: number
  isBusy: boolean
}

/** What a client says first. */
interface Greeting {
  readonly version: number
  /** Behind the version: its parameters. */
  readonly fields: Fields
  readonly isEncrypted: boolean
}

/** The port that speaks PostgreSQL's protocol, version 3. */
export class PostgresListener {
  readonly port: number
  readonly #server: Server
  readonly #options: ListenerOptions
  readonly #limits: ConnectionLimits
  readonly #connections = new Map<number, Connection>()
  #services: SqlServices | undefined
  #signIn: SignIn | undefined
  #isStopping = false

  /** Takes the port; until `serve` is called, whoever comes is told to come back. */
  static bind(options: ListenerOptions): Promise<PostgresListener> {
    const server = createServer()
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(options.port, options.host, () => resolve(new PostgresListener(server, options)))
    })
  }

  private constructor(server: Server, options: ListenerOptions) {
    const address = server.address()
    if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a TCP address')
    this.port = address.port
    this.#server = server
    this.#options = options
    this.#limits = { ...PGWIRE_LIMITS, ...options.limits }
    server.on('connection', (socket) => void this.#accept(socket))
  }

  serve(services: SqlServices): void {
    this.#services = services
    this.#signIn = new SignIn(services.authority, this.#options.isLocal)
  }

  /** Takes nobody in, lets statements in flight finish, and ends the rest. */
  async close(): Promise<void> {
    this.#isStopping = true
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    for (const { socket, isBusy } of this.#connections.values())
      if (!isBusy) socket.end(refusal(STOPPING, 'FATAL'))
    const limit = setTimeout(() => {
      for (const { socket } of this.#connections.values()) socket.destroy()
    }, PGWIRE_LIMITS.drain)
    await closed
    clearTimeout(limit)
  }

  async #accept(socket: Socket): Promise<void> {
    const connection: Connection = { socket, secret: randomInt(2 ** 31), isBusy: false }
    let id = randomInt(1, 2 ** 31)
    while (this.#connections.has(id)) id = randomInt(1, 2 ** 31)
    this.#connections.set(id, connection)
    // Signing in has an end, whatever is sent meanwhile.
    const patience = setTimeout(() => connection.socket.destroy(), this.#limits.signIn)
    watch(socket, this.#limits.idle)
    socket.once('close', () => {
      clearTimeout(patience)
      this.#connections.delete(id)
      connection.session?.cancel()
    })
    try {
      const frames = await this.#start(connection, id)
      clearTimeout(patience)
      if (frames !== undefined) await this.#converse(connection, frames)
      connection.socket.end()
    } catch (failure) {
      if (!connection.socket.destroyed) connection.socket.end(refusal(tell(failure), 'FATAL'))
    }
    // Whoever does not take the answer is not waited for.
    setTimeout(() => connection.socket.destroy(), 1_000).unref()
  }

  async #converse(connection: Connection, frames: Frames): Promise<void> {
    for (;;) {
      const frame = await frames.next(PGWIRE_LIMITS.message)
      if (frame === undefined || frame.type === 'X') return
      connection.isBusy = true
      await connection.session?.answer(frame)
      await drained(connection.socket)
      connection.isBusy = false
      if (this.#isStopping && frame.type !== 'P' && frame.type !== 'B' && frame.type !== 'D')
        throw new ProtocolFault(STOPPING.code, STOPPING.message)
    }
  }

  /** From the first byte to the first prompt. @returns undefined where there is nothing more to say */
  async #start(connection: Connection, id: number): Promise<Frames | undefined> {
    let frames = new Frames(connection.socket)
    let isEncrypted = false
    for (;;) {
      const frame = await frames.nextUntyped(PGWIRE_LIMITS.firstMessage)
      if (frame === undefined) return undefined
      const fields = new Fields(frame.body)
      const version = fields.int32()
      if (version === CANCEL_REQUEST) return this.#cancel(fields.int32(), fields.int32())
      if (version === GSS_REQUEST || version === SSL_REQUEST) {
        const { tls } = this.#options
        const isTaken = version === SSL_REQUEST && tls !== undefined && !isEncrypted
        // What was sent before the answer was not sent under TLS: it could be anybody's.
        if (frames.hasMore) throw new ProtocolFault('08P01', 'data stands behind a request for encryption')
        connection.socket.write(isTaken ? 'S' : 'N')
        if (!isTaken) continue
        await frames.release()
        connection.socket = new TLSSocket(connection.socket, { isServer: true, secureContext: tls })
        watch(connection.socket, this.#limits.idle)
        frames = new Frames(connection.socket)
        isEncrypted = true
        continue
      }
      if (version >> 16 !== VERSION_3 >> 16)
        throw new ProtocolFault('08P01', 'the version of the protocol is 3.0')
      await this.#welcome(connection, id, frames, { version, fields, isEncrypted })
      return frames
    }
  }

  async #welcome(
    connection: Connection,
    id: number,
    frames: Frames,
    { version, fields, isEncrypted }: Greeting,
  ): Promise<void> {
    const services = this.#services
    if (this.#signIn === undefined || services === undefined || this.#isStopping)
      throw new ProtocolFault('57P03', 'the server is starting or stopping')
    if (this.#connections.size > this.#limits.connections)
      throw new ProtocolFault('53300', 'there are too many connections')
    const given = new Map<string, string>()
    for (let name = fields.text(); name !== ''; name = fields.text()) given.set(name, fields.text())
    const user = given.get('user') ?? ''
    const write = (bytes: Buffer) => void connection.socket.write(bytes)
    const unknown = [...given.keys()].filter((name) => name.startsWith('_pq_.'))
    if (version > VERSION_3 || unknown.length > 0) write(negotiation(VERSION_3, unknown))
    const database = given.get('database')
    const address = connection.socket.remoteAddress ?? ''
    const reference = await this.#signIn.signIn({ address, isEncrypted, user, database, frames, write })
    connection.session = new Session({ services, reference, user, database: database ?? user, write })
    write(authentication(0))
    for (const [name, setting] of REPORTED) write(parameterStatus(name, SETTINGS.get(setting) ?? ''))
    write(backendKey(id, connection.secret))
    write(ready(false))
  }

  #cancel(id: number, secret: number): undefined {
    const connection = this.#connections.get(id)
    if (connection?.secret === secret) connection.session?.cancel()
  }
}

function watch(socket: Socket, idle: number): void {
  socket.setNoDelay(true)
  socket.setTimeout(idle, () => socket.destroy())
  socket.on('error', () => socket.destroy())
}

function drained(socket: Socket): Promise<void> | undefined {
  if (!socket.writableNeedDrain || socket.destroyed) return undefined
  return new Promise((resolve) => {
    socket.once('drain', resolve).once('close', resolve)
  })
}
