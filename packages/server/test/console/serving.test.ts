import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { type FastifyInstance, fastify } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readBuiltConsole } from '../../src/apis/console/built-files.ts'
import { files } from '../../src/apis/console/files.ts'
import { renderError } from '../../src/apis/native/errors.ts'

describe('the files of the console', () => {
  let folder: string
  let app: FastifyInstance
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rescind-console-'))
    await mkdir(join(folder, 'assets'))
    await writeFile(join(folder, 'index.html'), '<meta content="__CSP_NONCE__"><p>console</p>')
    await writeFile(join(folder, 'assets/main.abc123.js'), 'console.log(1);'.repeat(100))
    await writeFile(join(folder, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
    app = fastify()
    app.setErrorHandler(renderError)
    files(app, readBuiltConsole(folder))
    await app.ready()
  })
  afterAll(async () => {
    await app.close()
    await rm(folder, { recursive: true })
  })

  it('show the one page at every place, under a policy with a nonce of its own', async () => {
    const nonces = new Set<string>()
    for (const place of ['/console/', '/console/users', '/console/users/00u1', '/console/index.html']) {
      const { statusCode, headers, body } = await app.inject(place)
      expect(statusCode).toBe(200)
      expect(headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      })
      const [, nonce = ''] = /^<meta content="([\w-]{24})"><p>console<\/p>$/.exec(body) ?? []
      nonces.add(nonce)
      const policy = String(headers['content-security-policy'])
      expect(policy).toContain(`style-src 'self' 'nonce-${nonce}'`)
      expect(policy).toContain("script-src 'self';")
      for (const rule of [
        "default-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "require-trusted-types-for 'script'",
      ])
        expect(policy).toContain(rule)
      expect(policy).not.toContain('unsafe')
    }
    expect(nonces.size).toBe(4)
  })

  it('are kept for ever where their names change with them, and compressed', async () => {
    const url = '/console/assets/main.abc123.js'
    const plain = await app.inject(url)
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(plain.headers['content-type']).toBe('text/javascript; charset=utf-8')
    const small = await app.inject({ url, headers: { 'accept-encoding': 'gzip, br' } })
    expect(small.headers['content-encoding']).toBe('br')
    expect(brotliDecompressSync(small.rawPayload).toString()).toBe(plain.body)
    const refused = await app.inject({ url, headers: { 'accept-encoding': 'br;q=0, gzip' } })
    expect(refused.headers['content-encoding']).toBe('gzip')
    expect((await app.inject('/console/favicon.svg')).headers['cache-control']).toBe('no-cache')
    const known = { 'if-none-match': String(plain.headers.etag) }
    expect((await app.inject({ url, headers: known })).statusCode).toBe(304)
  })

  it('are those that were built and no others', async () => {
    for (const name of [
      'assets/old.js',
      '..%2f..%2fpackage.json',
      '../package.json',
      'assets/../../x.json',
      '%2e%2e/x.json',
    ])
      expect((await app.inject(`/console/${name}`)).statusCode, name).toBe(404)
    const moved = await app.inject('/console')
    expect([moved.statusCode, moved.headers.location]).toEqual([308, '/console/'])
  })

  it('say how to build them where nobody has', async () => {
    const bare = fastify()
    files(bare, readBuiltConsole(join(folder, 'nowhere')))
    const { statusCode, body, headers } = await bare.inject('/console/')
    expect([statusCode, headers['x-frame-options']]).toEqual([404, 'DENY'])
    expect(body).toContain('npm run build')
    await bare.close()
  })
})
