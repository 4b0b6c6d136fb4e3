import type { FastifyReply } from 'fastify'
import { findOrganizationRow } from '../../store/queries/issuers.ts'
import type { IssuerContext } from '../adapter/issuer-context.ts'
import { BROWSER_HEADERS, type Page, renderPage } from './page.ts'

/** Where a browser is sent after a form: 303, so that what was posted is not posted on (RFC 9700 section 4.12). */
export interface GoTo {
  readonly location: string
  readonly cookies?: readonly string[]
}

export type Answer = Page | GoTo

export function send(reply: FastifyReply, answer: Answer): FastifyReply {
  if ('location' in answer) {
    for (const cookie of answer.cookies ?? []) reply.raw.appendHeader('set-cookie', cookie)
    return reply.code(303).headers(BROWSER_HEADERS).header('location', answer.location).send()
  }
  const { status, headers, body } = renderPage(answer)
  return reply.code(status).headers(headers).send(body)
}

/** The organization by the name that people know it by. */
export async function organizationName({
  authority,
  organizationId,
}: Pick<IssuerContext, 'authority' | 'organizationId'>): Promise<string> {
  const row = await authority.store.read({ organizationId }, findOrganizationRow)
  return row?.name ?? ''
}
