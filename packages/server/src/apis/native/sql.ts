import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { Type } from '@fastify/type-provider-typebox'
import { inParts, runStatement, type SqlServices, type StatementResult } from '../../sql/index.ts'
import { actorOf } from './authentication.ts'
import type { NativeApp } from './native-app.ts'
import { RESPONSES } from './responses.ts'

const Value = Type.Union([Type.String({ maxLength: 65_536 }), Type.Number(), Type.Boolean(), Type.Null()])
const Statement = Type.Object(
  {
    statement: Type.String({ minLength: 1 }),
    /** The values of `$1`, `$2`, … */
    parameters: Type.Optional(Type.Array(Value, { maxItems: 1000 })),
  },
  { additionalProperties: false },
)
const Result = Type.Object({
  columns: Type.Array(Type.String()),
  /** Of each column: text, integer, real, boolean (0 or 1), timestamp (RFC 3339) or json (as text). */
  types: Type.Array(Type.String()),
  /** Text, numbers and null. */
  rows: Type.Array(Type.Array(Type.Unknown())),
  /** What a change says. */
  message: Type.Optional(Type.String()),
})

/** `POST /sql`: one statement of the dialect of docs/sql.md, under the rights of whoever asks. */
export function sql(app: NativeApp, services: SqlServices): void {
  app.post(
    '/sql',
    { schema: { body: Statement, response: { 200: Type.Unsafe<Readable>(Result), ...RESPONSES } } },
    async (request, reply) => {
      const { statement, parameters = [] } = request.body
      const signal = untilGone(reply.raw)
      const result = await runStatement(services, actorOf(request), statement, { parameters, signal })
      return reply.type('application/json; charset=utf-8').send(Readable.from(documentOf(result)))
    },
  )
}

/** Aborted once the connection of whoever asked is closed, and so at the end in any case. */
function untilGone(response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  if (response.closed) controller.abort()
  response.once('close', () => controller.abort())
  return controller.signal
}

/** The answer as JSON, in parts: it may have millions of characters, and others have to be answered meanwhile. */
async function* documentOf({ columns, rows, message }: StatementResult): AsyncGenerator<string, void> {
  const shape = { columns: columns.map(({ name }) => name), types: columns.map(({ type }) => type) }
  yield `${JSON.stringify(shape).slice(0, -1)},"rows":[`
  let isFirst = true
  for await (const some of inParts(rows)) {
    yield (isFirst ? '' : ',') + JSON.stringify(some).slice(1, -1)
    isFirst = false
  }
  yield message === undefined ? ']}' : `],"message":${JSON.stringify(message)}}`
}
