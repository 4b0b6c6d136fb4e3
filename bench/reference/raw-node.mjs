/** The least that can answer: node:http with one fixed response, or 304 when the client has it. */
import { createServer } from 'node:http'
import { response } from './response.mjs'

const { headers, body } = response()
const server = createServer((request, reply) => {
  if (request.headers['if-none-match'] === headers.etag) reply.writeHead(304, headers).end()
  else reply.writeHead(200, { ...headers, 'content-length': body.length }).end(body)
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`))
