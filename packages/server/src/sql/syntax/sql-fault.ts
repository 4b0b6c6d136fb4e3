import { DomainError } from '../../errors/index.ts'

/** What a person reads of a statement that is not in order. Never a literal of theirs: it may be a secret. */
export function faultyStatement(message: string, place?: number): DomainError {
  return new DomainError('sql_invalid', { message, ...(place !== undefined && { position: place + 1 }) })
}
