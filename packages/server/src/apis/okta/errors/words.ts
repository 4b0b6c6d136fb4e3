import type { DomainError, ErrorCode } from '../../../errors/index.ts'
import type { OktaAnswer } from '../envelope.ts'

export type Details = DomainError['details']

/** How one resource says its refusals: by the code of the registry. */
export type OktaWords = { readonly [Code in ErrorCode]?: (details: Details) => OktaAnswer }

/** The commonest form: `Api validation failed: <about>` with one cause. */
export function validationFailed(about: string, ...causes: string[]): OktaAnswer {
  return { code: 'E0000001', about, causes }
}
