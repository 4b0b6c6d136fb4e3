import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { alphabetical, prettyJson } from '../../src/apis/atlas/json-text.ts'
import { negotiate } from '../../src/apis/atlas/versions.ts'
import { readNetwork } from '../../src/directory/networks.ts'
import { createAtlasCaller, NEWEST, openTestAtlas, type TestAtlas } from '../support/atlas.ts'
import { ORGANIZATION_A } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'

describe('versions', () => {
  const both = ['2023-01-01', '2023-11-15'] as const
  it.each([
    ['application/vnd.atlas.2023-01-01+json', '2023-01-01'],
    ['application/vnd.atlas.2023-10-01+json', '2023-01-01'],
    ['application/vnd.atlas.2025-03-12+json', '2023-11-15'],
    ['text/html, application/vnd.atlas.2023-11-15+json;q=0.5', '2023-11-15'],
    ['application/vnd.atlas.2023-11-15+json;q=0, application/vnd.atlas.2023-01-01+json', '2023-01-01'],
  ])('%s is answered as %s', (accept, version) => {
    expect(negotiate(accept, both)).toBe(version)
  })

  it.each([undefined, '', '*/*', 'application/json', 'application/vnd.atlas.2022-01-01+json'])(
    '%s is no version',
    (accept) => {
      expect(() => negotiate(accept, both)).toThrow('INVALID_VERSION_DATE')
    },
  )

  it('a resource that came later is not there before', () => {
    expect(() => negotiate('application/vnd.atlas.2023-10-01+json', ['2023-11-15'])).toThrow()
  })
})

it('bodies for people have the spacing of the recorded ones', () => {
  expect(prettyJson({ a: [], b: {}, c: [1, { d: null }], e: 'x' })).toBe(
    '{\n  "a" : [ ],\n  "b" : { },\n  "c" : [ 1, {\n    "d" : null\n  } ],\n  "e" : "x"\n}',
  )
  expect(JSON.stringify(alphabetical({ b: [{ d: 1, c: undefined, a: 2 }], a: 1 }))).toBe(
    '{"a":1,"b":[{"a":2,"d":1}]}',
  )
})

it.each([
  ['192.0.2.1', '192.0.2.1/32', '192.0.2.1'],
  ['10.1.2.3/8', '10.0.0.0/8', undefined],
  ['2001:DB8::1', '2001:db8:0:0:0:0:0:1/128', '2001:db8:0:0:0:0:0:1'],
  ['0.0.0.0/0', '0.0.0.0/0', undefined],
])('%s is the network %s', (text, cidr, address) => {
  expect(readNetwork(text)).toEqual({ cidr, address })
})

it.each(['', '1', '10.1', '0x7f.0.0.1', '192.0.2.1/33', '::1/129', '192.0.2.1/', 'localhost', '1.2.3.4/x'])(
  '"%s" is no network',
  (text) => {
    expect(readNetwork(text)).toBeUndefined()
  },
)

describe.each(DATABASES.filter(({ name }) => name === 'sqlite'))('conventions on $name', (database) => {
  let atlas: TestAtlas
  let options: readonly string[]
  let bearer: readonly string[]
  beforeAll(async () => {
    atlas = await openTestAtlas(database)
    const { authority, app } = atlas
    const caller = await createAtlasCaller(authority, app, authority.actorA, 'ORG_OWNER')
    bearer = caller.options
    options = [...bearer, '-H', `Accept: ${NEWEST}`]
  })
  afterAll(() => atlas.close())

  it('a version that is missing or unknown is told before anything else, in the words of the wire', async () => {
    const reply = await atlas.curl('/api/atlas/v2/orgs', ...bearer)
    expect([reply.status, reply.text]).toEqual([
      406,
      '{"detail":"Invalid accept header or version date.","error":406,"errorCode":"INVALID_VERSION_DATE","parameters":[],"reason":"Not Acceptable"}',
    ])
    expect(reply.headers.get('x-error-code')).toBe('INVALID_VERSION_DATE')
    expect(reply.headers.get('content-type')).toBe('application/json')
  })

  it('an envelope carries the status', async () => {
    const one = await atlas.curl(`/api/atlas/v2/orgs/${ORGANIZATION_A}?envelope=true`, ...options)
    expect(Object.keys(one.body)).toEqual(['status', 'content'])
    expect([one.status, one.body.status, one.body.content.id]).toEqual([200, 200, ORGANIZATION_A])
    const list = await atlas.curl('/api/atlas/v2/orgs?envelope=true', ...options)
    expect(Object.keys(list.body)).toEqual(['links', 'results', 'status', 'totalCount'])
    const missing = `/api/atlas/v2/orgs/${'0'.repeat(24)}?envelope=true`
    const refused = await atlas.curl(missing, ...options)
    expect([refused.status, refused.body.status, refused.body.content.errorCode]).toEqual([
      200,
      404,
      'ORG_NOT_FOUND',
    ])
  })

  it('pages are cut, counted where it is wanted, and linked', async () => {
    const page = await atlas.curl(
      '/api/atlas/v2/eventTypes?pageNum=2&itemsPerPage=3&includeCount=false',
      ...options,
    )
    expect(page.body.totalCount).toBeUndefined()
    expect(page.body.results).toHaveLength(3)
    expect(page.body.links).toEqual([
      {
        href: `${atlas.url}/api/atlas/v2/eventTypes?includeCount=false&pageNum=2&itemsPerPage=3`,
        rel: 'self',
      },
      {
        href: `${atlas.url}/api/atlas/v2/eventTypes?includeCount=false&itemsPerPage=3&pageNum=1`,
        rel: 'previous',
      },
      {
        href: `${atlas.url}/api/atlas/v2/eventTypes?includeCount=false&itemsPerPage=3&pageNum=3`,
        rel: 'next',
      },
    ])
    for (const wrong of ['pageNum=0', 'itemsPerPage=501', 'pageNum=x', 'pageNum=1&pageNum=2', 'envelope=1']) {
      const { status, body } = await atlas.curl(`/api/atlas/v2/eventTypes?${wrong}`, ...options)
      expect([status, body.errorCode], wrong).toEqual([400, 'INVALID_QUERY_PARAMETER'])
    }
  })

  it('paths that are none, and methods that are not theirs', async () => {
    const none = await atlas.curl('/api/atlas/v2/nothing')
    expect([none.status, none.body.errorCode]).toEqual([404, 'RESOURCE_NOT_FOUND'])
    const other = await atlas.curl('/api/atlas/v2/orgs', '-X', 'DELETE')
    expect([other.status, other.body.errorCode, other.headers.get('allow')]).toEqual([
      405,
      'METHOD_NOT_ALLOWED',
      'GET, HEAD, POST',
    ])
  })

  it('an organization may ask for access lists, which then nobody does without', async () => {
    const settings = `/api/atlas/v2/orgs/${ORGANIZATION_A}/settings`
    const body = ['-H', 'Content-Type: application/json', '-d', '{"apiAccessListRequired":true}']
    expect((await atlas.curl(settings, '-X', 'PATCH', ...options, ...body)).status).toBe(200)
    expect((await atlas.curl(settings, ...options)).body.errorCode).toBe('IP_ADDRESS_NOT_ON_ACCESS_LIST')
  })
})
