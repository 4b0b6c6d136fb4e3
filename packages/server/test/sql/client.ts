import type { Credential, TestOkta } from '../support/okta.ts'

/** A statement without an end. */
export const BOMB = 'WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c'

export interface SqlReply {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into replies of every shape
  readonly body: any
  /** Rows as objects; none for a refusal. */
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into cells of every type
  readonly rows: readonly any[]
}

/** Sends statements as a script does. */
export async function query(
  okta: TestOkta,
  statement: string,
  who: Credential = okta.adminA,
  parameters?: readonly unknown[],
): Promise<SqlReply> {
  const reply = await okta.app.inject({
    method: 'POST',
    url: '/api/rescind/v1/sql',
    headers: who.header,
    payload: { statement, ...(parameters !== undefined && { parameters }) },
  })
  const body = reply.json()
  const rows = (body.rows ?? []).map((row: unknown[]) =>
    Object.fromEntries(row.map((cell, index) => [body.columns[index], cell])),
  )
  return { status: reply.statusCode, body, rows }
}
