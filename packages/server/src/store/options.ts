/** What the store does when something happens that no caller can be told. */
export interface StoreEvents {
  /**
   * The state of the database is in doubt (it is corrupt, or a rollback failed): nothing more is read or written,
   * and the process must end rather than serve it. By default it does, through an uncaught exception.
   */
  readonly onFatal?: (failure: unknown) => void
  /** Something failed that costs no acknowledged change: a checkpoint, a callback, an idle connection. */
  readonly onTrouble?: (trouble: unknown) => void
}

/** Bounds of waiting and queueing. The defaults suit production; tests choose smaller ones. */
export interface StoreLimits {
  /** Commands that may wait or run at once, and how many urgent ones beyond them. */
  readonly commands: { readonly ordinary: number; readonly urgent: number }
  /** How long one command may take, in milliseconds. */
  readonly commandTimeout: number
  /** Connections for reading and, on PostgreSQL, for writing; and those kept for urgent work. */
  readonly connections: { readonly read: number; readonly write: number; readonly urgent: number }
  /** How long to wait for a free connection, for a lock, and for one statement, in milliseconds. */
  readonly connectionWait: number
  readonly lockWait: number
  readonly statementTime: number
}

export const DEFAULT_LIMITS: StoreLimits = {
  commands: { ordinary: 4_096, urgent: 1_024 },
  commandTimeout: 15_000,
  connections: { read: 8, write: 8, urgent: 4 },
  connectionWait: 3_000,
  lockWait: 5_000,
  statementTime: 10_000,
}

export function completeEvents(events: StoreEvents): Required<StoreEvents> {
  return {
    onFatal:
      events.onFatal ??
      ((failure) => {
        setImmediate(() => {
          throw failure
        })
      }),
    onTrouble:
      events.onTrouble ??
      ((trouble) => process.emitWarning(trouble instanceof Error ? trouble : String(trouble))),
  }
}
