import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FetchOptions, guardedFetch, type Resolve } from '../../src/outbound/index.ts'
import { type Answer, type DocumentServer, json, openDocuments } from '../support/documents.ts'

const BOUNDS = { bytes: 10_000, time: 5_000 }
const OPEN: FetchOptions = { allowPrivateNetworks: true, bounds: BOUNDS }
const SHUT: FetchOptions = { allowPrivateNetworks: false, bounds: BOUNDS }

const named =
  (...addresses: readonly string[]): Resolve =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

/** The form that a client library sends to a token endpoint. */
const FORM = {
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: 'Basic eDp5' },
  body: 'code=ü',
}

function outcome(url: string, options: FetchOptions): Promise<string> {
  return guardedFetch(url, FORM, options).then(
    async (response) => `${response.status} ${await response.text()}`,
    (failure: { readonly name: string; readonly code: string }) => `${failure.name} ${failure.code}`,
  )
}

describe('a guarded fetch on behalf of a library', () => {
  let host: DocumentServer
  beforeAll(async () => {
    host = await openDocuments(json({}))
  })
  afterAll(() => host.close())

  it('sends what the library says, whole', async () => {
    host.answer(async (request, response) => {
      let body = ''
      for await (const part of request.setEncoding('utf8')) body += part
      const { authorization, 'content-length': length } = request.headers
      response.writeHead(201, { 'content-type': 'text/plain' }).end(`${authorization} ${length} ${body}`)
    })
    expect(await outcome(`${host.origin}/token`, OPEN)).toBe('201 Basic eDp5 7 code=ü')
  })

  it.each<[string, Answer, string]>([
    ['a refusal', (_, response) => response.writeHead(400).end('{"error":"x"}'), '400 {"error":"x"}'],
    ['nothing', (_, response) => response.writeHead(204).end(), '204 '],
    // The library is told of it and does not follow; neither do we.
    ['a redirect', (_, response) => response.writeHead(302, { location: '/elsewhere' }).end(), '302 '],
    ['too much', (_, response) => response.writeHead(200).end('x'.repeat(10_001)), 'FetchFailed size'],
    ['a connection that ends', (request) => request.socket.destroy(), 'FetchFailed network'],
  ])('hands on or refuses %s', async (_, how, expected) => {
    host.answer(how)
    const before = host.requests()
    expect(await outcome(`${host.origin}/token`, OPEN)).toBe(expected)
    expect(host.requests() - before).toBe(1)
  })

  it.each<[string, Answer]>([
    ['says nothing', () => undefined],
    ['never ends', (_, response) => response.writeHead(200).write('{')],
  ])('gives up on a host that %s', async (_, how) => {
    host.answer(how)
    const bounds = { bytes: 1_000, time: 100 }
    expect(await outcome(`${host.origin}/token`, { allowPrivateNetworks: true, bounds })).toBe(
      'FetchFailed time',
    )
  })

  it.each([
    ['a loopback address', '127.0.0.1'],
    ['an IPv4 address in the clothes of IPv6', '[::ffff:127.0.0.1]'],
    ['the same in hexadecimal', '[::ffff:7f00:1]'],
    ['a decimal number', '2130706433'],
    ['an octal number', '0177.0.0.1'],
    ['a hexadecimal number', '0x7f.1'],
    ['an address of one network only', '169.254.169.254'],
    ['an address of the house', '[fd00::1]'],
    ['no address at all', '0.0.0.0'],
  ])('never asks %s', async (_, name) => {
    const before = host.requests()
    expect(await outcome(`https://${name}:${host.port}/token`, SHUT)).toBe('FetchFailed address')
    expect(host.requests()).toBe(before)
  })

  it.each<[string, Resolve]>([
    ['a name of a private address', named('10.0.0.1')],
    ['a name of which one address is private', named('192.0.2.1', '127.0.0.1')],
    ['a name of a mapped address', named('::ffff:127.0.0.1')],
    ['a name that is nobody’s', named()],
  ])('never asks %s', async (_, resolve) => {
    expect(await outcome('https://idp.example.com/token', { ...SHUT, resolve })).toMatch(
      /^FetchFailed (address|network)$/,
    )
  })

  it('judges a name anew with every connection, so that it cannot be bound to another address in between', async () => {
    host.answer((_, response) => response.writeHead(200).end('first'))
    const answers = [named('127.0.0.1'), named('169.254.169.254')]
    const resolve: Resolve = (name) => (answers.shift() ?? named())(name)
    const url = `http://idp.example.com:${host.port}/token`
    expect(await outcome(url, { ...OPEN, resolve })).toBe('200 first')
    const before = host.requests()
    expect(await outcome(url, { ...OPEN, resolve })).toBe('FetchFailed address')
    expect(host.requests()).toBe(before)
  })
})
