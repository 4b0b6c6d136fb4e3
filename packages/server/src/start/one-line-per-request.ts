import { type FastifyReply, type FastifyRequest, LogController } from 'fastify'

/** One line when a request is answered, with everything that may be said of it; none when it arrives. */
export class OneLinePerRequest extends LogController {
  override incomingRequest(): void {}

  override requestCompleted(
    error: Error | null | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    const line = { req: request, res: reply, ms: Math.round(reply.elapsedTime), ...(error && { err: error }) }
    if (error) request.log.error(line, 'answer cut off')
    else request.log.info(line, 'answered')
  }
}
