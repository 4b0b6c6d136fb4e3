import { createServer } from 'node:http'
import { createVerifier, type NodeVerifierOptions, type Verified } from './index.ts'
import { type AuthorizeOptions, authorize } from './middleware/authorize.ts'

export interface GuardOptions extends NodeVerifierOptions, AuthorizeOptions {
  /** Default 127.0.0.1: what answers here needs no credential. */
  readonly host?: string
  /** 0 picks a free one. */
  readonly port: number
}

/** A running sidecar. */
export interface Guard {
  /** `http://<host>:<port>`. */
  readonly url: string
  close(): Promise<void>
}

/** Claims that go into a header of their own, where they are plain text. */
const HEADERS = {
  'x-rescind-subject': 'sub',
  'x-rescind-client': 'client_id',
  'x-rescind-scope': 'scope',
  'x-rescind-token-id': 'jti',
} as const
/** What fits a header beside others; proxies reserve 4 or 8 KiB for all. */
const LONGEST_CLAIMS = 3_000

/**
 * Answers the sub-requests of a proxy (`auth_request` of nginx, forward-auth of Traefik and Caddy, HTTP ext_authz of
 * Envoy) on any path and under any method: 204 with the claims as headers, 401, 403 or 503 for the `Authorization`
 * header that it is given.
 */
export async function startGuard({
  host = '127.0.0.1',
  port,
  scopes,
  ...options
}: GuardOptions): Promise<Guard> {
  const verifier = await createVerifier(options)
  const required = scopes === undefined ? {} : { scopes }
  const server = createServer(async (request, response) => {
    request.resume()
    try {
      const authorized = await authorize(verifier, request.headers.authorization, required)
      if (authorized.ok) {
        response.writeHead(204, headersOf(authorized.verified)).end()
        return
      }
      const { status, headers, body } = authorized.refusal
      const type = { 'content-type': 'application/json' }
      response.writeHead(status, { ...type, ...headers }).end(JSON.stringify(body))
    } catch {
      // Whatever it was, nothing was proved.
      response.writeHead(503, { 'cache-control': 'no-store' }).end()
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  }).catch(async (failure: unknown) => {
    await verifier.close()
    throw failure
  })
  const address = server.address()
  const bound = typeof address === 'object' && address !== null ? address.port : port
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      await Promise.all([closed, verifier.close()])
    },
  }
}

function headersOf({ claims, position, stale }: Verified): Record<string, string> {
  const headers: Record<string, string> = { 'cache-control': 'no-store', 'x-rescind-position': position }
  for (const [header, name] of Object.entries(HEADERS)) {
    const value = claims[name]
    if (typeof value === 'string' && /^[\x20-\x7e]{1,1024}$/.test(value)) headers[header] = value
  }
  const encoded = Buffer.from(JSON.stringify(claims)).toString('base64url')
  if (encoded.length <= LONGEST_CLAIMS) headers['x-rescind-claims'] = encoded
  if (stale !== undefined) headers['x-rescind-stale'] = stale
  return headers
}
