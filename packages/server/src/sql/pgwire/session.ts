import type { Actor } from '../../authority/index.ts'
import { type ApiTokenReference, standingOf } from '../../directory/api-tokens.ts'
import { DomainError } from '../../errors/index.ts'
import { inParts } from '../in-parts.ts'
import type { ParameterValue } from '../plan/parameters.ts'
import type { ResultColumn, StatementResult } from '../result.ts'
import { describeStatement, runStatement } from '../run-statement.ts'
import type { SqlServices } from '../services.ts'
import { type Courtesy, courtesy } from './courtesies.ts'
import { ProtocolFault, tell } from './faults.ts'
import { Fields, type Frame } from './frames.ts'
import { PGWIRE_LIMITS } from './limits.ts'
import * as messages from './messages.ts'
import { decode, encode, TEXT_OID } from './values.ts'

/** Who is signed in, and where answers go. */
export interface SessionOptions {
  readonly services: SqlServices
  readonly reference: ApiTokenReference
  readonly user: string
  readonly database: string
  write(bytes: Buffer): void
}

interface Prepared {
  readonly text: string
  readonly oids: readonly number[]
}

interface Portal {
  readonly text: string
  readonly parameters: readonly ParameterValue[]
  readonly formats: readonly number[]
  columns?: readonly ResultColumn[]
  result?: StatementResult
  sent: number
}

/** What may be abandoned while it runs: the outcome of a change would not be known. */
const READS = /^\s*(?:select|with|values|show|describe|explain)\b/i

/** One signed-in connection: each message is answered before the next is looked at. */
export class Session {
  readonly #options: SessionOptions
  readonly #prepared = new Map<string, Prepared>()
  readonly #portals = new Map<string, Portal>()
  #isInTransaction = false
  #hasChanged = false
  /** After a refusal inside the extended protocol everything up to Sync is passed over. */
  #skips = false
  #cancel: (() => void) | undefined

  constructor(options: SessionOptions) {
    this.#options = options
  }

  /** Gives up the read that is running, if one is. */
  cancel(): void {
    this.#cancel?.()
  }

  /** @throws ProtocolFault where the connection has to end */
  async answer({ type, body }: Frame): Promise<void> {
    const fields = new Fields(body)
    if (type === 'S') {
      this.#skips = false
      this.#ready()
      return
    }
    if (type === 'H' || (this.#skips && type !== 'Q')) return
    try {
      if (type === 'Q') {
        await this.#simple(fields.text())
        this.#portals.clear()
      } else await this.#extended(type, fields)
    } catch (failure) {
      if (failure instanceof ProtocolFault && failure.code === '28000') throw failure
      if (!(failure instanceof DomainError || failure instanceof ProtocolFault))
        this.#options.services.authority.logger.error({ err: failure }, 'a statement failed unexpectedly')
      this.#skips = type !== 'Q'
      this.#write(messages.refusal(tell(failure)))
    }
    if (type === 'Q') {
      this.#skips = false
      this.#ready()
    }
  }

  #ready(): void {
    if (!this.#isInTransaction) this.#portals.clear()
    this.#write(messages.ready(this.#isInTransaction))
  }

  #write(bytes: Buffer): void {
    this.#options.write(bytes)
  }

  async #simple(text: string): Promise<void> {
    if (isEmpty(text)) {
      this.#write(messages.EMPTY_QUERY)
      return
    }
    const result = await this.#run(text, [])
    if (result.columns.length > 0) this.#write(messages.rowDescription(result.columns, []))
    await this.#sendRows(result.rows, result.columns, [])
    this.#complete(result)
  }

  async #extended(type: string, fields: Fields): Promise<void> {
    switch (type) {
      case 'P':
        return this.#parse(fields)
      case 'B':
        return this.#bind(fields)
      case 'D':
        return await this.#describe(fields.letter(), fields.text())
      case 'E':
        return await this.#execute(fields.text(), fields.int32())
      case 'C':
        ;(fields.letter() === 'S' ? this.#prepared : this.#portals).delete(fields.text())
        return this.#write(messages.CLOSE_COMPLETE)
      default:
        throw new ProtocolFault('0A000', 'this message of the protocol is not supported')
    }
  }

  #parse(fields: Fields): void {
    const [name, text] = [fields.text(), fields.text()]
    const oids = fields.list((each) => each.int32())
    if (name !== '' && this.#prepared.has(name))
      throw new ProtocolFault('42P05', 'there is a prepared statement of that name already')
    if (this.#prepared.size >= PGWIRE_LIMITS.prepared)
      throw new ProtocolFault(
        '53000',
        `a connection has ${PGWIRE_LIMITS.prepared} prepared statements at most`,
      )
    this.#prepared.set(name, { text, oids })
    this.#write(messages.PARSE_COMPLETE)
  }

  #bind(fields: Fields): void {
    const [name, from] = [fields.text(), fields.text()]
    const { text, oids } = this.#statement(from)
    const formats = fields.list((each) => each.int16())
    const parameters = fields
      .list((each) => {
        const length = each.int32()
        return length === -1 ? null : each.bytes(length)
      })
      .map((bytes, index) =>
        bytes === null ? null : decode(bytes, oids[index] ?? 0, messages.formatOf(formats, index)),
      )
    if (name !== '' && this.#portals.has(name))
      throw new ProtocolFault('42P03', 'there is a portal of that name already')
    if (this.#portals.size >= PGWIRE_LIMITS.prepared)
      throw new ProtocolFault('53000', `a connection has ${PGWIRE_LIMITS.prepared} portals at most`)
    this.#portals.set(name, { text, parameters, formats: fields.list((each) => each.int16()), sent: 0 })
    this.#write(messages.BIND_COMPLETE)
  }

  async #describe(what: string, name: string): Promise<void> {
    if (what === 'S') {
      const { text, oids } = this.#statement(name)
      const { columns, parameters } = await this.#columnsOf(text)
      const types = Array.from({ length: parameters }, (_, index) => oids[index] || TEXT_OID)
      this.#write(messages.parameterDescription(types))
      this.#writeColumns(columns, [])
      return
    }
    const portal = this.#portal(name)
    portal.columns ??= (await this.#columnsOf(portal.text)).columns
    this.#writeColumns(portal.columns, portal.formats)
  }

  #writeColumns(columns: readonly ResultColumn[], formats: readonly number[]): void {
    this.#write(columns.length === 0 ? messages.NO_DATA : messages.rowDescription(columns, formats))
  }

  async #execute(name: string, limit: number): Promise<void> {
    const portal = this.#portal(name)
    if (isEmpty(portal.text)) {
      this.#write(messages.EMPTY_QUERY)
      return
    }
    portal.result ??= await this.#run(portal.text, portal.parameters)
    const { columns, rows } = portal.result
    const described = portal.columns?.length === columns.length ? portal.columns : columns
    const end = limit > 0 ? Math.min(rows.length, portal.sent + limit) : rows.length
    await this.#sendRows(rows.slice(portal.sent, end), described, portal.formats)
    portal.sent = end
    if (end < rows.length) this.#write(messages.PORTAL_SUSPENDED)
    else this.#complete(portal.result)
  }

  async #sendRows(
    rows: StatementResult['rows'],
    columns: readonly ResultColumn[],
    formats: readonly number[],
  ): Promise<void> {
    const written = (row: StatementResult['rows'][number]): Buffer =>
      messages.dataRow(
        row.map((cell, index) =>
          encode(cell, columns[index]?.type ?? 'text', messages.formatOf(formats, index)),
        ),
      )
    for await (const some of inParts(rows)) this.#write(Buffer.concat(some.map(written)))
  }

  #complete({ command, rows, columns, changes, message }: StatementResult): void {
    if (message !== undefined) this.#write(messages.notice(message))
    const count = changes ?? rows.length
    const counted =
      command === 'INSERT' ? ` 0 ${count}` : changes !== undefined || columns.length > 0 ? ` ${count}` : ''
    this.#write(messages.complete(`${command}${counted}`))
  }

  #statement(name: string): Prepared {
    const found = this.#prepared.get(name)
    if (found === undefined) throw new ProtocolFault('26000', 'there is no prepared statement of that name')
    return found
  }

  #portal(name: string): Portal {
    const found = this.#portals.get(name)
    if (found === undefined) throw new ProtocolFault('34000', 'there is no portal of that name')
    return found
  }

  async #columnsOf(text: string): Promise<{ columns: readonly ResultColumn[]; parameters: number }> {
    if (isEmpty(text)) return { columns: [], parameters: 0 }
    const polite = courtesy(text, this.#options)
    if (polite !== undefined) return { columns: polite.result.columns, parameters: 0 }
    return describeStatement(this.#options.services, await this.#actor(), text)
  }

  async #run(text: string, parameters: readonly ParameterValue[]): Promise<StatementResult> {
    const polite = courtesy(text, this.#options)
    if (polite !== undefined) return this.#bePolite(polite)
    // From here on a read can be cancelled, also while it is asked whether the token still stands.
    const controller = new AbortController()
    const { signal } = controller
    const running = this.#actor().then((actor) =>
      runStatement(this.#options.services, actor, text, { parameters, signal }),
    )
    if (!READS.test(text)) {
      const result = await running
      this.#hasChanged = true
      return result
    }
    const cancelled = new Promise<never>((_, reject) => {
      this.#cancel = () => {
        reject(new DomainError('sql_cancelled'))
        controller.abort()
      }
    })
    return Promise.race([running, cancelled]).finally(() => {
      this.#cancel = undefined
    })
  }

  #bePolite({ result, transaction, deallocate }: Courtesy): StatementResult {
    if (transaction === 'is undone' && this.#hasChanged)
      this.#write(
        messages.notice('nothing was undone: each statement is a transaction of its own', 'WARNING'),
      )
    if (transaction !== undefined) {
      this.#isInTransaction = transaction === 'begins'
      this.#hasChanged = false
    }
    if (deallocate === '') this.#prepared.clear()
    else if (deallocate !== undefined) this.#prepared.delete(deallocate)
    return result
  }

  /** What carries authority passes standing whenever it is used. */
  async #actor(): Promise<Actor> {
    const { services, reference } = this.#options
    const actor = await standingOf(services.authority, reference)
    if (actor === undefined) throw new ProtocolFault('28000', 'the API token is no longer valid')
    return actor
  }
}

function isEmpty(text: string): boolean {
  return /^[\s;]*$/.test(text)
}
