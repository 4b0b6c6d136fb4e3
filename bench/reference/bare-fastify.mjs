/**
 * A Fastify route that does nothing but send one fixed response, or 304 when the client has it; and one that reads
 * a form and sends the same.
 */
import { fastify } from 'fastify'
import { response } from './response.mjs'

const { headers, body } = response()
const app = fastify({ logger: false })
app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, text, done) =>
  done(null, Object.fromEntries(new URLSearchParams(text))),
)
app.get('/*', (request, reply) => {
  reply.headers(headers)
  return request.headers['if-none-match'] === headers.etag ? reply.code(304).send() : reply.send(body)
})
app.post('/*', (_request, reply) => reply.headers(headers).send(body))
await app.listen({ port: 0, host: '127.0.0.1' })
process.stdout.write(`${app.server.address().port}\n`)
