import { STATUS_CODES } from 'node:http'
import { type AtlasErrorCode, CODES } from './codes.ts'

/** A refusal in Atlas's words. */
export interface AtlasAnswer {
  readonly code: AtlasErrorCode
  /** What fills the text, in order; they stand in the body too. */
  readonly parameters: readonly (string | number)[]
  /** Seconds. */
  readonly retryAfter?: number
}

/** `ApiError`, its members in alphabetical order as on the wire. */
export interface AtlasErrorBody {
  readonly detail: string
  readonly error: number
  readonly errorCode: AtlasErrorCode
  readonly parameters: readonly (string | number)[]
  readonly reason: string
}

/** A refusal of this dialect, before any rule of the domain is asked: a header, a body, a parameter. */
export class AtlasRefusal extends Error {
  override readonly name = 'AtlasRefusal'
  readonly answer: AtlasAnswer

  constructor(answer: AtlasAnswer) {
    super(answer.code)
    this.answer = answer
  }
}

export function refusal(code: AtlasErrorCode, ...parameters: AtlasAnswer['parameters']): AtlasRefusal {
  return new AtlasRefusal({ code, parameters })
}

export function statusOf({ code }: AtlasAnswer): number {
  return CODES[code].status
}

export function errorBody({ code, parameters }: AtlasAnswer): AtlasErrorBody {
  const { status, detail } = CODES[code]
  const waiting = parameters.values()
  return {
    detail: detail.replaceAll('%s', () => String(waiting.next().value ?? '')),
    error: status,
    errorCode: code,
    parameters,
    reason: STATUS_CODES[status] ?? 'Error',
  }
}
