import { DomainError, type ErrorKind, REGISTRY } from '../../errors/index.ts'

/** A refusal of the protocol itself. */
export class ProtocolFault extends Error {
  override readonly name = 'ProtocolFault'
  /** The SQLSTATE. */
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** What a client is told. */
export interface Told {
  readonly code: string
  readonly message: string
  readonly detail?: string
}

const BY_KIND: Readonly<Record<ErrorKind, string>> = {
  invalid: '22023',
  unauthenticated: '28000',
  forbidden: '42501',
  not_found: 'P0002',
  conflict: '55000',
  limited: '53000',
  unavailable: '57P03',
  internal: 'XX000',
}
const BY_CODE: Readonly<Partial<Record<DomainError['code'], string>>> = {
  sql_invalid: '42601',
  sql_no_method: '42809',
  sql_other_organization: '42501',
  sql_limit_exceeded: '54000',
  sql_cancelled: '57014',
  outcome_unknown: '08007',
}

/** The SQLSTATE and the words for a failure; what is unexpected is not told. */
export function tell(failure: unknown): Told {
  if (failure instanceof ProtocolFault) return failure
  if (!(failure instanceof DomainError)) return { code: 'XX000', message: REGISTRY.internal.log }
  const { kind, log } = REGISTRY[failure.code]
  const { message } = failure.details
  return {
    code: BY_CODE[failure.code] ?? BY_KIND[kind],
    message: typeof message === 'string' ? message : log,
    detail: failure.code,
  }
}
