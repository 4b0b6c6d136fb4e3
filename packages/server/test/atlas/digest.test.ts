import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Actor, systemActor } from '../../src/authority/index.ts'
import { NONCE_LIFETIME } from '../../src/directory/digest-nonces.ts'
import { openLog } from '../../src/log/index.ts'
import { openStore, type Store, SYSTEM } from '../../src/store/index.ts'
import { curl, digestCredential, listeningApp, openTestAtlas, type TestAtlas } from '../support/atlas.ts'
import { ORGANIZATION_A } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'

const ACCEPT = 'application/vnd.atlas.2023-01-01+json'
const PATH = '/api/atlas/v2?pretty=false'

interface Proof {
  readonly user: string
  readonly nonce: string
  readonly nc?: number
  readonly method?: string
  readonly uri?: string
  readonly algorithm?: 'MD5' | 'SHA-256'
  readonly realm?: string
  readonly qop?: string
}

/** An `Authorization` header as clients make it (RFC 7616 section 3.4). */
function proof({ user, nonce, nc = 1, method = 'GET', uri = PATH, ...rest }: Proof): string {
  const { algorithm = 'MD5', realm = 'MMS Public API', qop = 'auth' } = rest
  const hash = (...parts: readonly string[]) =>
    createHash(algorithm.replace('-', '')).update(parts.join(':')).digest('hex')
  const [username = '', password = ''] = user.split(':')
  const count = nc.toString(16).padStart(8, '0')
  const response = hash(hash(username, realm, password), nonce, count, 'c0ffee', qop, hash(method, uri))
  return `Digest username="${username}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}", algorithm="${algorithm}", cnonce="c0ffee", nc=${count}, qop=${qop}`
}

interface Answer {
  readonly status: number
  readonly rawHeaders: readonly string[]
  readonly challenges: readonly string[]
  readonly body: string
}

function ask(url: string, path: string, authorization?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { accept: ACCEPT, ...(authorization !== undefined && { authorization }) }
    request(url + path, { headers, agent: false }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text
      })
      response.on('end', () => {
        const { statusCode: status = 0, rawHeaders } = response
        const challenges = rawHeaders.filter((_, place) => rawHeaders[place - 1] === 'WWW-Authenticate')
        resolve({ status, rawHeaders, challenges, body })
      })
    })
      .on('error', reject)
      .end()
  })
}

const nonceIn = ({ challenges: [first = ''] }: Answer) => /nonce="([^"]+)"/.exec(first)?.[1] ?? ''
const isStale = ({ challenges: [first = ''] }: Answer) => first.endsWith('stale=true')

describe.each(DATABASES)('digest authentication on $name', (database) => {
  let atlas: TestAtlas
  let user: string
  beforeAll(async () => {
    atlas = await openTestAtlas(database)
    user = (await digestCredential(atlas.authority, atlas.authority.actorA, 'ORG_OWNER')).user
  })
  afterAll(() => atlas.close())

  // Failures are counted by the minute.
  beforeEach(() => atlas.authority.clock.advance(60_000))

  const fresh = async (url = atlas.url) => nonceIn(await ask(url, PATH))

  it('challenges byte for byte as recorded, in the recorded order', async () => {
    const answer = await ask(atlas.url, PATH)
    const nonce = nonceIn(answer)
    const challenge = (algorithm: string) =>
      `Digest realm="MMS Public API", domain="", nonce="${nonce}", algorithm=${algorithm}, qop="auth", stale=false`
    expect(answer.status).toBe(401)
    expect(answer.rawHeaders.slice(0, 10)).toEqual([
      'Content-Length',
      '142',
      'WWW-Authenticate',
      challenge('MD5'),
      'WWW-Authenticate',
      challenge('SHA-256'),
      'Content-Type',
      'application/json',
      'Vary',
      'Accept-Encoding',
    ])
    expect(answer.body).toBe(
      '{\n  "error" : 401,\n  "reason" : "Unauthorized",\n  "detail" : "You are not authorized for this resource.",\n  "errorCode" : "UNEXPECTED_ERROR"\n}',
    )
    expect(Buffer.from(nonce, 'base64')).toHaveLength(24)
    expect(await fresh()).not.toBe(nonce)
  })

  it('lets curl in, again and again on one nonce', async () => {
    const options = ['--digest', '-u', user, '-H', `Accept: ${ACCEPT}`]
    const { status, body } = await curl(atlas.url + PATH, ...options, atlas.url + PATH)
    expect([status, body.appName]).toEqual([200, 'MongoDB Atlas'])
  })

  it('accepts SHA-256 of whoever reads on', async () => {
    const given = proof({ user, nonce: await fresh(), algorithm: 'SHA-256' })
    expect((await ask(atlas.url, PATH, given)).status).toBe(200)
  })

  it('accepts a count once, and only a higher one afterwards', async () => {
    const nonce = await fresh()
    const at = async (nc: number) => ask(atlas.url, PATH, proof({ user, nonce, nc }))
    expect((await at(2)).status).toBe(200)
    for (const nc of [2, 1]) {
      const replayed = await at(nc)
      expect([replayed.status, isStale(replayed)]).toEqual([401, true])
    }
    expect((await at(3)).status).toBe(200)
    expect((await at(0)).status).toBe(401)
  })

  it('gives one of many who race with one proof the way', async () => {
    const given = proof({ user, nonce: await fresh() })
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(atlas.url, PATH, given)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  it('refuses what was proved for something else', async () => {
    const nonce = await fresh()
    const other = `${PATH}&envelope=true`
    for (const wrong of [
      // For another address, and presented as being for this one.
      proof({ user, nonce, uri: other }).replace(other, PATH),
      proof({ user, nonce, uri: '/api/atlas/v2' }),
      proof({ user, nonce, method: 'DELETE' }),
      proof({ user: `${user}x`, nonce }),
      proof({ user: `nobody:${user}`, nonce }),
      proof({ user, nonce, realm: 'another' }),
      proof({ user, nonce, qop: 'auth-int' }),
      proof({ user, nonce }).replace('cnonce="c0ffee", ', ''),
      proof({ user, nonce }).replace('uri=', 'username="x", uri='),
      'Digest',
      'Digest "',
    ]) {
      const refused = await ask(atlas.url, PATH, wrong)
      expect([refused.status, isStale(refused)], wrong).toEqual([401, false])
    }
    // Nobody could use the nonce up by any of it.
    expect((await ask(atlas.url, PATH, proof({ user, nonce }))).status).toBe(200)
  })

  it('refuses nonces of others, and those that another key has used', async () => {
    const made = await fresh()
    const bytes = Buffer.from(made, 'base64')
    bytes[0] = (bytes[0] ?? 0) ^ 1
    for (const foreign of [bytes.toString('base64'), 'Nfx+VMFO0sY4tpgy1sHRakvvv0NN4S91', 'x', `${made}==`]) {
      const refused = await ask(atlas.url, PATH, proof({ user, nonce: foreign }))
      expect([refused.status, isStale(refused)]).toEqual([401, false])
    }
    expect((await ask(atlas.url, PATH, proof({ user, nonce: made }))).status).toBe(200)
    const other = await digestCredential(atlas.authority, atlas.authority.actorB, 'ORG_OWNER')
    const taken = await ask(atlas.url, PATH, proof({ user: other.user, nonce: made, nc: 9 }))
    expect([taken.status, isStale(taken)]).toEqual([401, true])
  })

  it('says of a nonce that is too old that only it was wrong', async () => {
    const nonce = await fresh()
    atlas.authority.clock.advance(NONCE_LIFETIME + 1_000)
    const late = await ask(atlas.url, PATH, proof({ user, nonce }))
    expect([late.status, isStale(late)]).toEqual([401, true])
    expect((await ask(atlas.url, PATH, proof({ user, nonce: nonceIn(late) }))).status).toBe(200)
  })

  it('stops listening to a source that fails, known or unknown, and never to the owner elsewhere', async () => {
    for (const name of [user.split(':')[0], 'unknown']) {
      const wrong = `${name}:wrong`
      for (let attempt = 0; attempt < 10; attempt += 1)
        expect((await ask(atlas.url, PATH, proof({ user: wrong, nonce: await fresh() }))).status).toBe(401)
      const stopped = await ask(atlas.url, PATH, proof({ user: wrong, nonce: await fresh() }))
      expect(stopped.status).toBe(429)
      expect(stopped.rawHeaders).toContain('Retry-After')
    }
    atlas.authority.clock.advance(60_000)
    expect((await ask(atlas.url, PATH, proof({ user, nonce: await fresh() }))).status).toBe(200)
  })
})

/** An organization in an empty database. */
async function firstOrganization(store: Store): Promise<Actor> {
  await store.write(SYSTEM, async (tx) => {
    const row = { id: ORGANIZATION_A, name: 'A', subdomain: 'a', created_at: 0 }
    await tx.db.insertInto('organizations').values(row).execute()
    await openLog(tx, ORGANIZATION_A)
  })
  return systemActor(ORGANIZATION_A)
}

describe.each(DATABASES.filter(({ name }) => name === 'postgres'))('two nodes over $name', (database) => {
  it('share their nonces, and what was used of them', async () => {
    const place = await database.place()
    const stores = [await openStore(place.options), await openStore(place.options)]
    const atlas = await openTestAtlas(database)
    const nodes = stores.map((store) => listeningApp({ ...atlas.authority, store }, 1_000))
    const urls = await Promise.all(nodes.map((node) => node.listen({ host: '127.0.0.1', port: 0 })))
    const [first = '', second = ''] = urls
    const [store] = stores
    if (store === undefined) throw new TypeError('no store')
    const actor = await firstOrganization(store)
    const { user } = await digestCredential({ ...atlas.authority, store }, actor, 'ORG_OWNER')
    const nonce = nonceIn(await ask(first, PATH))
    const given = proof({ user, nonce })
    expect((await ask(second, PATH, given)).status).toBe(200)
    for (const url of urls) expect((await ask(url, PATH, given)).status).toBe(401)
    const later = proof({ user, nonce: nonceIn(await ask(first, PATH)) })
    const raced = await Promise.all([...urls, ...urls].map((url) => ask(url, PATH, later)))
    expect(raced.filter(({ status }) => status === 200)).toHaveLength(1)
    for (const node of nodes) await node.close()
    for (const one of stores) await one.close()
    await atlas.close()
    await place.remove()
  })
})
