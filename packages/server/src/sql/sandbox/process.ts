import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { DomainError } from '../../errors/index.ts'
import { LIMITS } from '../limits.ts'
import type { Launcher, Started } from './launcher.ts'
import { type Cell, ROWS_PER_MESSAGE, type TableShape } from './messages.ts'

/** A table of a statement, with its rows. */
export interface FilledTable extends TableShape {
  readonly rows: readonly (readonly Cell[])[]
}

export interface RelationalAnswer {
  /** The type is that of the column that a value was taken from; null for what was computed. */
  readonly columns: readonly { readonly name: string; readonly type: string | null }[]
  readonly rows: readonly (readonly Cell[])[]
}

export interface QueryOptions {
  /** False: the columns are told, and nothing is run. */
  readonly run?: boolean
  /** Ends the process, and the statement by `sql_cancelled`. */
  readonly signal?: AbortSignal | undefined
}

/** A hostile statement ran where these come from: they are read as if from outside. */
const ReportSchema = Type.Union([
  Type.Object({ type: Type.Literal('ready') }),
  Type.Object({
    type: Type.Literal('columns'),
    columns: Type.Array(Type.Object({ name: Type.String(), type: Type.Union([Type.String(), Type.Null()]) })),
  }),
  Type.Object({
    type: Type.Literal('rows'),
    rows: Type.Array(Type.Array(Type.Union([Type.String(), Type.Number(), Type.Null()]))),
  }),
  Type.Object({ type: Type.Literal('done') }),
  Type.Object({ type: Type.Literal('fault'), limit: Type.Boolean(), message: Type.String() }),
])
const Report = Compile(ReportSchema)

type Report = Static<typeof ReportSchema>

/** One process for relational work. It does one statement at a time, and is not used again after one that failed. */
export class SandboxProcess {
  readonly #started: Started
  readonly #ready: Promise<void>
  #onReport: ((report: Report) => void) | undefined
  #onEnd: ((failure: Error) => void) | undefined
  #gone = false

  constructor(launcher: Launcher) {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#ready = promise
    // Whoever has a statement for it waits for it; nobody else has to be told.
    promise.catch(() => undefined)
    this.#onReport = () => resolve()
    this.#onEnd = reject
    this.#started = launcher.start({
      said: (message) => this.#take(message),
      gone: () => this.#lost(),
    })
  }

  get isUsable(): boolean {
    return !this.#gone
  }

  end(): void {
    this.#started.end()
    this.#lost()
  }

  /** @throws DomainError `sql_limit_exceeded`, `sql_invalid`, `sql_cancelled` */
  async query(
    tables: readonly FilledTable[],
    sql: string,
    { run = true, signal }: QueryOptions = {},
  ): Promise<RelationalAnswer> {
    if (signal?.aborted) throw new DomainError('sql_cancelled')
    const cancel = () => this.end()
    signal?.addEventListener('abort', cancel)
    let timer = setTimeout(() => this.end(), LIMITS.time)
    try {
      // That the machine is busy while it begins is not the statement's fault.
      await this.#ready
      clearTimeout(timer)
      timer = setTimeout(() => this.end(), LIMITS.relationalTime)
      const answer = this.#collect()
      // Whoever waits for the answer is told of a failure; nobody else has to be.
      answer.catch(() => undefined)
      for (const { name, columns, rows } of tables) {
        await this.#started.send({ type: 'table', table: { name, columns } })
        for (let from = 0; from < rows.length; from += ROWS_PER_MESSAGE)
          await this.#started.send({
            type: 'rows',
            table: name,
            rows: rows.slice(from, from + ROWS_PER_MESSAGE),
          })
      }
      const { rowsAnswered: most, charactersAnswered: characters } = LIMITS
      await this.#started.send({ type: 'query', sql, run, rows: most, characters })
      return await answer
    } catch (failure) {
      this.end()
      if (signal?.aborted) throw new DomainError('sql_cancelled')
      throw failure instanceof DomainError ? failure : stopped()
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', cancel)
    }
  }

  #collect(): Promise<RelationalAnswer> {
    return new Promise((resolve, reject) => {
      let columns: RelationalAnswer['columns'] = []
      const rows: (readonly Cell[])[] = []
      this.#onEnd = reject
      this.#onReport = (report) => {
        if (report.type === 'columns') columns = report.columns
        else if (report.type === 'rows') rows.push(...report.rows)
        else if (report.type === 'fault') reject(faultOf(report))
        else if (report.type === 'done') resolve({ columns, rows })
      }
      if (this.#gone) reject(stopped())
    })
  }

  #take(message: unknown): void {
    if (Report.Check(message)) this.#onReport?.(message)
    else this.#onEnd?.(new DomainError('internal'))
  }

  #lost(): void {
    this.#gone = true
    this.#onEnd?.(stopped())
  }
}

/** The process was ended: by its time, by its memory, or by the machine. */
function stopped(): DomainError {
  return new DomainError('sql_limit_exceeded', {
    message: `the statement took more than ${LIMITS.relationalTime} ms or ${LIMITS.memory} bytes and was stopped`,
  })
}

function faultOf({ limit, message }: Extract<Report, { type: 'fault' }>): DomainError {
  if (limit)
    return new DomainError('sql_limit_exceeded', {
      message: `the answer has more than ${LIMITS.rowsAnswered} rows or ${LIMITS.charactersAnswered} characters`,
    })
  // What the engine says of a column or a value is meant for people; which engine it is, is nobody's business.
  return new DomainError('sql_invalid', {
    message: message.replaceAll(/sqlite/gi, 'the engine').slice(0, 500),
  })
}
