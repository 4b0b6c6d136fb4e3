import type { StatementSync } from 'node:sqlite'
import type { OpenDatabase } from '../../src/store/index.ts'
import { openDatabase } from '../../src/store/sqlite/connection.ts'

export interface StorageFault {
  /** Which operation fails, counted from 1 after `arm`. */
  readonly operation: number
  /** Only that one, or every one from there on: of the writer then, since a full disk does not stop reading. */
  readonly lasting: boolean
  /** SQLite's result code: 10 is an I/O error, 13 a full disk, 11 a damaged file. */
  readonly code: number
  /** Whether SQLite also ends the transaction, as it may after these. */
  readonly endsTransaction: boolean
}

/** The storage under an embedded database: real files, in which a chosen operation fails. */
export class FailingStorage {
  #fault: StorageFault | undefined
  #count = 0
  /** Whether the armed fault was ever met. */
  met = false

  arm(fault: StorageFault): void {
    this.#fault = fault
    this.#count = 0
    this.met = false
  }

  repair(): void {
    this.#fault = undefined
  }

  readonly open: OpenDatabase = (path, options) => {
    const database = openDatabase(path, options)
    const operate = <T>(sql: string, operation: () => T): T => {
      this.#meet(sql, options.readOnly, () => {
        if (database.isTransaction) database.exec('rollback')
      })
      return operation()
    }
    return {
      get isTransaction() {
        return database.isTransaction
      },
      exec: (sql) => operate(sql, () => database.exec(sql)),
      prepare: (sql) => failingStatement(database.prepare(sql), (operation) => operate(sql, operation)),
      close: () => database.close(),
    }
  }

  #meet(sql: string, readOnly: boolean, endTransaction: () => void): void {
    const fault = this.#fault
    if (fault === undefined) return
    // A rollback of the write-ahead log touches no disk: it may fail by itself, but not because the disk is full.
    if (fault.lasting && (readOnly || sql === 'rollback')) return
    this.#count += 1
    if (fault.lasting ? this.#count < fault.operation : this.#count !== fault.operation) return
    this.met = true
    if (fault.endsTransaction && sql !== 'rollback') endTransaction()
    throw Object.assign(new Error(`storage fault at ${sql}`), {
      code: 'ERR_SQLITE_ERROR',
      errcode: fault.code,
    })
  }
}

function failingStatement(statement: StatementSync, operate: <T>(operation: () => T) => T): StatementSync {
  return new Proxy(statement, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      const call = (...parameters: unknown[]): unknown => Reflect.apply(value, target, parameters)
      return name === 'run' || name === 'all'
        ? (...parameters: unknown[]) => operate(() => call(...parameters))
        : call
    },
  })
}
