import type { FastifyReply, FastifyRequest } from 'fastify'
import { type DestinationStream, destination, type LevelWithSilent, type Logger, pino } from 'pino'

/** File descriptor 2: stdout belongs to the ready line. */
const STDERR = 2

/**
 * The server's own log: JSON lines on stderr. A request is written by an allow-list (method, path without its query,
 * source address), so neither credentials nor bodies nor codes in a query ever reach it; values of type `Secret`
 * print as `[secret]` by themselves.
 */
export function openLogger(level: LevelWithSilent, stream: DestinationStream = destination(STDERR)): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { req: requestLine, res: replyLine, err: errorLines },
    },
    stream,
  )
}

function requestLine(request: FastifyRequest): object {
  return { method: request.method, path: request.url.split('?', 1)[0], from: request.ip }
}

function replyLine(reply: FastifyReply): object {
  return { status: reply.statusCode }
}

/** An error with its causes. Members that libraries hang on errors (the query, the row, the response) stay out. */
function errorLines(error: Error): object {
  const { name, message, stack, cause } = error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return { name, code, message, stack, cause: cause instanceof Error ? errorLines(cause) : undefined }
}
