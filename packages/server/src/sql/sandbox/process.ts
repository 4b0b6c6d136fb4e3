import { type ChildProcess, fork } from 'node:child_process'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { DomainError } from '../../errors/index.ts'
import { LIMITS } from '../limits.ts'
import { type Cell, type Order, ROWS_PER_MESSAGE, type TableShape } from './messages.ts'

/** A table of a statement, with its rows. */
export interface FilledTable extends TableShape {
  readonly rows: readonly (readonly Cell[])[]
}

export interface RelationalAnswer {
  /** The type is that of the column that a value was taken from; null for what was computed. */
  readonly columns: readonly { readonly name: string; readonly type: string | null }[]
  readonly rows: readonly (readonly Cell[])[]
}

/** A hostile statement ran where these come from: they are read as if from outside. */
const Report = Compile(
  Type.Union([
    Type.Object({
      type: Type.Literal('columns'),
      columns: Type.Array(
        Type.Object({ name: Type.String(), type: Type.Union([Type.String(), Type.Null()]) }),
      ),
    }),
    Type.Object({
      type: Type.Literal('rows'),
      rows: Type.Array(Type.Array(Type.Union([Type.String(), Type.Number(), Type.Null()]))),
    }),
    Type.Object({ type: Type.Literal('done') }),
    Type.Object({ type: Type.Literal('fault'), limit: Type.Boolean(), message: Type.String() }),
  ]),
)

/** Compiled or not, the program has the ending of the file that starts it. */
const PROGRAM = new URL(`./child${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url)

/** One process for relational work. It does one statement at a time, and is not used again after one that failed. */
export class SandboxProcess {
  readonly #child: ChildProcess
  #onEnd: ((failure: Error) => void) | undefined
  #gone = false

  constructor() {
    this.#child = fork(PROGRAM, {
      serialization: 'advanced',
      // Nothing of the authority's environment: it has the master key in it.
      env: {},
      execArgv: ['--max-old-space-size=64', '--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    this.#child.once('exit', () => this.#lost())
    this.#child.once('error', () => this.#lost())
    this.#child.unref()
    this.#child.channel?.unref()
  }

  get isUsable(): boolean {
    return !this.#gone
  }

  end(): void {
    this.#gone = true
    this.#child.kill('SIGKILL')
  }

  /** @throws DomainError `sql_limit_exceeded`, `sql_invalid` */
  async query(tables: readonly FilledTable[], sql: string, run = true): Promise<RelationalAnswer> {
    const timer = setTimeout(() => this.end(), LIMITS.relationalTime)
    this.#child.channel?.ref()
    try {
      const answer = this.#collect()
      // Whoever waits for the answer is told of a failure; nobody else has to be.
      answer.catch(() => undefined)
      for (const { name, columns, rows } of tables) {
        await this.#send({ type: 'table', table: { name, columns } })
        for (let from = 0; from < rows.length; from += ROWS_PER_MESSAGE)
          await this.#send({ type: 'rows', table: name, rows: rows.slice(from, from + ROWS_PER_MESSAGE) })
      }
      await this.#send({
        type: 'query',
        sql,
        run,
        rows: LIMITS.rowsAnswered,
        characters: LIMITS.charactersAnswered,
      })
      return await answer
    } catch (failure) {
      this.end()
      throw failure
    } finally {
      clearTimeout(timer)
      this.#child.channel?.unref()
    }
  }

  #send(order: Order): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#gone) reject(stopped())
      else
        this.#child.send(order, (failure) => (failure === null ? setImmediate(resolve) : reject(stopped())))
    })
  }

  #collect(): Promise<RelationalAnswer> {
    return new Promise((resolve, reject) => {
      let columns: RelationalAnswer['columns'] = []
      const rows: (readonly Cell[])[] = []
      const settle = (): void => {
        this.#child.off('message', take)
        this.#onEnd = undefined
      }
      const fail = (failure: Error): void => {
        settle()
        reject(failure)
      }
      const take = (message: unknown): void => {
        if (!Report.Check(message)) fail(new DomainError('internal'))
        else if (message.type === 'columns') columns = message.columns
        else if (message.type === 'rows') rows.push(...message.rows)
        else if (message.type === 'fault') fail(faultOf(message))
        else {
          settle()
          resolve({ columns, rows })
        }
      }
      this.#onEnd = fail
      this.#child.on('message', take)
    })
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

function faultOf({ limit, message }: { readonly limit: boolean; readonly message: string }): DomainError {
  if (limit)
    return new DomainError('sql_limit_exceeded', {
      message: `the answer has more than ${LIMITS.rowsAnswered} rows or ${LIMITS.charactersAnswered} characters`,
    })
  // What the engine says of a column or a value is meant for people; which engine it is, is nobody's business.
  return new DomainError('sql_invalid', {
    message: message.replaceAll(/sqlite/gi, 'the engine').slice(0, 500),
  })
}
