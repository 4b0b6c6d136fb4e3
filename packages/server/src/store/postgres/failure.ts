import { DatabaseError } from 'pg'
import { unavailable } from '../failures.ts'

/** SQLSTATE classes after which the connection itself is gone or going: PostgreSQL manual, appendix A. */
const CONNECTION_LOST = /^(08|57P0[1-5])/

/**
 * SQLSTATEs of a statement that the server could not serve now: insufficient resources, operator intervention
 * (57014 is `statement_timeout`), lock not available, deadlock, a standby that cannot write, a system error.
 */
const NOT_NOW = /^(53|57|58|55P03|40|25006|25P03|XX)/

/** Whether nothing more can be said or asked on this connection. */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof DatabaseError) return CONNECTION_LOST.test(error.code ?? '')
  // A failure that is neither the server's answer nor a mistake of ours (a value that cannot be read) comes from
  // the socket or from the client's own read timeout.
  return error instanceof Error && !(error instanceof TypeError || error instanceof RangeError)
}

/** What a caller is told of a failed statement; constraint violations and mistakes in SQL stay what they are. */
export function statementFailure(error: unknown): unknown {
  if (isConnectionLost(error)) return unavailable(error)
  if (error instanceof DatabaseError && NOT_NOW.test(error.code ?? '')) return unavailable(error)
  return error
}
