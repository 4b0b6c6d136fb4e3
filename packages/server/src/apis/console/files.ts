import { hash, randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DomainError } from '../../errors/index.ts'
import { send } from '../../oidc/pages/answers.ts'
import { html } from '../../oidc/pages/html.ts'
import { BuiltFile, type readBuiltConsole } from './built-files.ts'

/** Stands in the built `index.html` where the nonce of each answer goes. */
const NONCE = '__CSP_NONCE__'

/** Nothing is loaded, sent or framed beyond the own origin, and no text becomes a script. */
function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "manifest-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "require-trusted-types-for 'script'",
    'trusted-types default',
  ].join('; ')
}

const HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
}

/** `/console/…`: the files of the built console, if it was built; whatever is no file is a place inside it, and `index.html` shows it. */
export function files(app: FastifyInstance, built: ReturnType<typeof readBuiltConsole>): void {
  const frame = built?.get('index.html')
  app.get('/console', async (_request, reply) => reply.code(308).header('location', '/console/').send())
  app.get<{ Params: { '*': string } }>('/console/*', async (request, reply) => {
    reply.headers(HEADERS)
    if (built === undefined || frame === undefined) return notBuilt(reply)
    const name = request.params['*']
    const file = name === 'index.html' ? undefined : built.get(name)
    if (file !== undefined) return sendFile(request, reply, name, file)
    // A file of another release, not a place.
    if (/\.[^/]*$/.test(name) && name !== 'index.html') throw new DomainError('not_found')
    return sendFrame(request, reply, frame)
  })
}

async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  name: string,
  file: BuiltFile,
): Promise<FastifyReply> {
  const isHashed = name.startsWith('assets/')
  const tag = `"${hash('sha256', file.body, 'base64url').slice(0, 22)}"`
  reply.headers({
    'cache-control': isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: tag,
    vary: 'accept-encoding',
  })
  // What is not the frame runs nothing, should somebody open it by itself.
  reply.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'; sandbox")
  if (request.headers['if-none-match'] === tag) return reply.code(304).send()
  return sendEncoded(request, reply, file)
}

function sendFrame(request: FastifyRequest, reply: FastifyReply, frame: BuiltFile): Promise<FastifyReply> {
  const nonce = randomBytes(18).toString('base64url')
  reply.headers({ 'cache-control': 'no-store', 'content-security-policy': policy(nonce) })
  const page = frame.body.toString().replaceAll(NONCE, nonce)
  return sendEncoded(request, reply, new BuiltFile('index.html', Buffer.from(page)))
}

async function sendEncoded(
  request: FastifyRequest,
  reply: FastifyReply,
  file: BuiltFile,
): Promise<FastifyReply> {
  const { encoding, body } = file.encodedFor(String(request.headers['accept-encoding'] ?? ''))
  if (encoding !== 'identity') reply.header('content-encoding', encoding)
  return reply.type(file.type).send(await body)
}

function notBuilt(reply: FastifyReply): FastifyReply {
  return send(reply, {
    organization: 'Rescind',
    title: 'The console was not built',
    status: 404,
    body: html`<p>Everything else of this authority works. <code>npm run build</code> in a clone of the repository builds
the console; start the authority again afterwards.</p>`,
  })
}
