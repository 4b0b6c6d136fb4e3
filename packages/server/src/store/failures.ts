import { DomainError } from '../errors/index.ts'

/** The database refused or did not answer in time, and nothing of the transaction is kept. */
export function unavailable(cause: unknown): DomainError {
  return cause instanceof DomainError && cause.kind === 'unavailable'
    ? cause
    : new DomainError('store_unavailable', {}, cause)
}

/** The connection was lost at COMMIT and the database could not be asked whether it happened. */
export function outcomeUnknown(cause: unknown): DomainError {
  return new DomainError('outcome_unknown', {}, cause)
}

/**
 * The database may not be used as it is: another process has it, its schema is newer, the master key is not its
 * own, a wall between organizations is missing. The message is for the operator.
 */
export class StoreRefused extends Error {
  override readonly name = 'StoreRefused'
}
