import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FetchOptions, fetchDocument, type Resolve } from '../../src/outbound/index.ts'
import { type Answer, type DocumentServer, json, openDocuments } from '../support/documents.ts'

const BOUNDS = { bytes: 262_144, time: 5_000 }
const OPEN: FetchOptions = { allowPrivateNetworks: true, bounds: BOUNDS }
const SHUT: FetchOptions = { allowPrivateNetworks: false, bounds: BOUNDS }

const named =
  (...addresses: readonly string[]): Resolve =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

function outcome(url: string, options: FetchOptions): Promise<string> {
  return fetchDocument(url, options).then(
    (bytes) => bytes.toString(),
    (failure: { readonly name: string; readonly code: string }) => `${failure.name} ${failure.code}`,
  )
}

const encoded =
  (coding: string, bytes: Buffer): Answer =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': coding })
    response.end(bytes)
  }

const ZEROS = Buffer.alloc(50_000_000, 0x20)

describe('a guarded fetch', () => {
  let host: DocumentServer
  beforeAll(async () => {
    host = await openDocuments(json({}))
  })
  afterAll(() => host.close())

  it.each<[string, Answer, string]>([
    ['JSON', json({ keys: [] }), '{"keys":[]}'],
    ['a JWK Set by its type', json({}, { 'content-type': 'application/jwk-set+json; charset=utf-8' }), '{}'],
    ['gzip', encoded('gzip', gzipSync('{"a":1}')), '{"a":1}'],
    ['brotli', encoded('br', brotliCompressSync('{"a":1}')), '{"a":1}'],
    ['a page', json({}, { 'content-type': 'text/html' }), 'FetchFailed type'],
    ['no type', (_request, response) => response.end('{}'), 'FetchFailed type'],
    ['an unknown coding', encoded('zstd', Buffer.from('{}')), 'FetchFailed encoding'],
    ['two codings', encoded('gzip, gzip', gzipSync(gzipSync('{}'))), 'FetchFailed encoding'],
    ['broken gzip', encoded('gzip', Buffer.from('{}')), 'FetchFailed network'],
    ['a gzip bomb', encoded('gzip', gzipSync(ZEROS)), 'FetchFailed size'],
    ['a brotli bomb', encoded('br', brotliCompressSync(ZEROS.subarray(0, 5_000_000))), 'FetchFailed size'],
    ['50 MB', encoded('identity', ZEROS), 'FetchFailed size'],
    [
      'a failure',
      (_request, response) => response.writeHead(503, { 'content-type': 'application/json' }).end('{}'),
      'FetchFailed status',
    ],
    [
      'a redirect to itself',
      (_request, response) => response.writeHead(302, { location: '/elsewhere' }).end(),
      'FetchFailed status',
    ],
    ['nothing, by hanging up', (request) => request.socket.destroy(), 'FetchFailed network'],
  ])('takes or refuses %s', async (_name, answer, expected) => {
    host.answer(answer)
    expect(await outcome(`${host.origin}/keys`, OPEN)).toBe(expected)
  })

  it.each<[string, Answer]>([
    ['says nothing', () => undefined],
    [
      'never ends',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.write('{')
      },
    ],
  ])('gives up on a host that %s', async (_name, answer) => {
    host.answer(answer)
    const bounds = { bytes: 1_000, time: 100 }
    expect(await outcome(`${host.origin}/keys`, { allowPrivateNetworks: true, bounds })).toBe(
      'FetchFailed time',
    )
  })

  it('gives up on a name that is never resolved', async () => {
    const bounds = { bytes: 1_000, time: 100 }
    const resolve: Resolve = () => new Promise(() => undefined)
    expect(await outcome('https://keys.example.com/', { allowPrivateNetworks: false, bounds, resolve })).toBe(
      'FetchFailed time',
    )
  })

  it.each([
    ['http://93.184.215.14/', SHUT, 'url'],
    ['http://127.0.0.1/', SHUT, 'url'],
    ['ftp://127.0.0.1/', OPEN, 'url'],
    ['file:///etc/passwd', OPEN, 'url'],
    ['data:application/json,{}', OPEN, 'url'],
    ['https://user@127.0.0.1/', OPEN, 'url'],
    ['keys', OPEN, 'url'],
    ['https://127.0.0.1/', SHUT, 'address'],
    ['https://2130706433/', SHUT, 'address'],
    ['https://0x7f.1/', SHUT, 'address'],
    ['https://0177.0.0.1/', SHUT, 'address'],
    ['https://[::1]/', SHUT, 'address'],
    ['https://[::ffff:127.0.0.1]/', SHUT, 'address'],
    ['https://169.254.169.254/', SHUT, 'address'],
    ['https://10.0.0.1/', SHUT, 'address'],
    ['https://localhost/', SHUT, 'address'],
    // Where private networks are allowed, link-local is not; nor is http to anybody who may read along.
    ['https://169.254.169.254/', OPEN, 'address'],
    ['http://93.184.215.14/', OPEN, 'address'],
    ['http://0.0.0.0/', OPEN, 'address'],
  ])('refuses %s', async (url, options, code) => {
    expect(await outcome(url, options)).toBe(`FetchFailed ${code}`)
  })

  it.each([
    ['a private address', ['10.0.0.1']],
    ['a private beside a public one', ['93.184.215.14', '127.0.0.1']],
    ['an IPv4 address inside of IPv6', ['::ffff:127.0.0.1']],
    ['the metadata of a cloud', ['169.254.169.254']],
  ])('refuses a name that leads to %s', async (_name, addresses) => {
    const options = { ...SHUT, resolve: named(...addresses) }
    expect(await outcome('https://keys.example.com/', options)).toBe('FetchFailed address')
  })

  it('judges a name anew with every connection, so that it cannot be bound to another address in between', async () => {
    host.answer(json({ first: true }))
    const answers = [named('127.0.0.1'), named('169.254.169.254')]
    const resolve: Resolve = (hostname) => (answers.shift() ?? named())(hostname)
    const url = `http://keys.example.com:${host.port}/`
    expect(await outcome(url, { ...OPEN, resolve })).toBe('{"first":true}')
    const before = host.requests()
    expect(await outcome(url, { ...OPEN, resolve })).toBe('FetchFailed address')
    expect(await outcome(url, { ...OPEN, resolve })).toBe('FetchFailed network')
    expect(host.requests()).toBe(before)
  })
})
