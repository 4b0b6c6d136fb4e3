import { createServer as createHttpServer } from 'node:http'
import { serve } from '@hono/node-server'
import type { Verifier } from '@rescind/verifier'
import { createVerifier as createEdgeVerifier } from '@rescind/verifier/edge'
import * as forExpress from '@rescind/verifier/express'
import * as forFastify from '@rescind/verifier/fastify'
import * as forHono from '@rescind/verifier/hono'
import { verifyRequest } from '@rescind/verifier/http'
import express from 'express'
import { fastify } from 'fastify'
import { Hono } from 'hono'
import { exportJWK } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DATABASES } from '../support/databases.ts'
import { openVerifierWorld, reached, type VerifierWorld, verdictOf } from '../support/verifier-world.ts'

interface Served {
  readonly url: string
  close(): Promise<unknown>
}

/** One resource server in each framework, which answers with the subject of the token. */
const FRAMEWORKS: Readonly<Record<string, (verifier: Verifier) => Promise<Served>>> = {
  async 'node:http'(verifier) {
    const server = createHttpServer(async (request, response) => {
      const verified = await verifyRequest(verifier, request, response, { scopes: scopesOf(request.url) })
      if (verified !== undefined) response.end(String(verified.claims.client_id))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return { url: urlOf(server.address()), close: async () => server.close() }
  },
  async fastify(verifier) {
    const app = fastify()
    app.get('/', { onRequest: forFastify.requireToken(verifier) }, async (request) =>
      String(forFastify.verifiedOf(request).claims.client_id),
    )
    app.get('/admin', { onRequest: forFastify.requireToken(verifier, { scopes: ['admin'] }) }, async () => '')
    return { url: await app.listen({ host: '127.0.0.1', port: 0 }), close: () => app.close() }
  },
  async express(verifier) {
    const app = express()
    app.get('/', forExpress.requireToken(verifier), (request, response) => {
      response.send(String(forExpress.verifiedOf(request).claims.client_id))
    })
    app.get('/admin', forExpress.requireToken(verifier, { scopes: ['admin'] }))
    const server = createHttpServer(app)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return { url: urlOf(server.address()), close: async () => server.close() }
  },
  async hono(verifier) {
    const app = new Hono()
    app.get('/', forHono.requireToken(verifier), (context) =>
      context.text(String(forHono.verifiedOf(context).claims.client_id)),
    )
    app.get('/admin', forHono.requireToken(verifier, { scopes: ['admin'] }))
    const served = Promise.withResolvers<string>()
    const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, (address) =>
      served.resolve(urlOf(address)),
    )
    return { url: await served.promise, close: async () => server.close() }
  },
}

const scopesOf = (url: string | undefined) => (url === '/admin' ? ['admin'] : [])

function urlOf(address: unknown): string {
  if (typeof address !== 'object' || address === null || !('port' in address)) throw new Error('no port')
  return `http://127.0.0.1:${address.port}`
}

describe.each(DATABASES)('resource servers on $name', (database) => {
  let world: VerifierWorld
  beforeAll(async () => {
    world = await openVerifierWorld(database)
  })
  afterAll(() => world.close())

  it.each(Object.keys(FRAMEWORKS))('in %s answer 200, 401, 403 and 503', async (name) => {
    let ahead = 0
    const clock = { now: () => Date.now() + ahead, monotonic: () => performance.now() }
    const verifier = await world.verifier({ clock })
    const server = await FRAMEWORKS[name]?.(verifier)
    if (server === undefined) throw new TypeError(name)
    const get = (path: string, authorization?: string) =>
      fetch(`${server.url}${path}`, { headers: authorization === undefined ? {} : { authorization } })
    const [token, revoked] = [await world.token(), await world.token()]
    const accepted = await get('/', `Bearer ${token}`)
    expect([accepted.status, await accepted.text()]).toEqual([200, world.service.clientId])
    const { seq } = await world.admin.revoke({ type: 'token', token: revoked })
    await reached(verifier, seq)
    const refused = await get('/', `Bearer ${revoked}`)
    expect([refused.status, await refused.json()]).toEqual([
      401,
      expect.objectContaining({ code: 'token_revoked' }),
    ])
    expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"')
    for (const header of [undefined, 'Basic YTpi', 'Bearer', `Bearer ${token} ${token}`])
      expect((await get('/', header)).status, header).toBe(401)
    expect((await get('/admin', `Bearer ${token}`)).status).toBe(403)
    ahead = 3_600_000 / 2
    const stale = await get('/', `Bearer ${token}`)
    expect([stale.status, stale.headers.get('retry-after')]).toEqual([503, '1'])
    ahead = 0
    await server.close()
  })

  it('at the edge decide alike, by WebCrypto', async () => {
    const verifier = await createEdgeVerifier({
      authority: world.nodes.publicUrl,
      credential: world.credential,
      audience: world.api.identifier,
    })
    const [good, revoked] = [await world.token(), await world.token()]
    const { seq } = await world.admin.revoke({ type: 'token', token: revoked })
    await reached(verifier, seq)
    const spoilt = `${good.slice(0, -8)}AAAAAAAA`
    expect([
      await verdictOf(verifier, good),
      await verdictOf(verifier, revoked),
      await verdictOf(verifier, spoilt),
    ]).toEqual(['accepted', 'token_revoked', 'signature_invalid'])
    await verifier.close()
  })
})

describe.each(DATABASES)('encrypted tokens on $name', (database) => {
  let world: VerifierWorld
  beforeAll(async () => {
    world = await openVerifierWorld(database, { format: 'encrypted' })
  })
  afterAll(() => world.close())

  it('are opened with the key of the API, and mean nothing without it', async () => {
    const { decryptionKey } = world.api
    if (decryptionKey === undefined) throw new TypeError('no key')
    const { kty = '', ...rest } = await exportJWK(decryptionKey)
    const verifier = await world.verifier({ decryptionKeys: [{ kty, ...rest }] })
    const without = await world.verifier()
    const token = await world.token()
    expect(token.split('.')).toHaveLength(5)
    expect([await verdictOf(verifier, token), await verdictOf(without, token)]).toEqual([
      'accepted',
      'token_malformed',
    ])
    const { seq } = await world.admin.revoke({ type: 'token', token })
    await reached(verifier, seq)
    expect(await verdictOf(verifier, token)).toBe('token_revoked')
  })
})
