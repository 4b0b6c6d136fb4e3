import { randomBytes } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import { CATALOGUE, type OktaErrorCode } from './catalogue.ts'

/** A refusal in Okta's words. */
export interface OktaAnswer {
  readonly code: OktaErrorCode
  /** Fills the `{0}` of the code's summary. */
  readonly about?: string
  /** The text of each cause, in order. */
  readonly causes?: readonly string[]
  /** Only where the catalogue's status does not fit the transport: 411 and 413. */
  readonly status?: number
}

/** Okta's error envelope, as every operation of the Management API answers it. */
export interface OktaErrorBody {
  readonly errorCode: OktaErrorCode
  readonly errorSummary: string
  readonly errorLink: OktaErrorCode
  readonly errorId: string
  readonly errorCauses: readonly { readonly errorSummary: string }[]
}

/** Writes a refusal; the same `errorId` stands in the server's log. */
export function sendError(reply: FastifyReply, answer: OktaAnswer, errorId = newErrorId()): FastifyReply {
  const { status, summary } = CATALOGUE[answer.code]
  const body: OktaErrorBody = {
    errorCode: answer.code,
    errorSummary: summary.replace('{0}', () => answer.about ?? ''),
    errorLink: answer.code,
    errorId,
    errorCauses: (answer.causes ?? []).map((errorSummary) => ({ errorSummary })),
  }
  return reply
    .code(answer.status ?? status)
    .type('application/json')
    .send(body)
}

/** `oae` and 22 characters of base64url, as Okta's: it ties what a client reports to one line of the log. */
export function newErrorId(): string {
  return `oae${randomBytes(17).toString('base64url').slice(0, 22)}`
}
