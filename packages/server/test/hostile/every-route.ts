import { Value } from 'typebox/value'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AtlasHeaders, createAtlasCaller } from '../support/atlas.ts'
import { ORGANIZATION_B } from '../support/authority.ts'
import type { TestDatabase } from '../support/databases.ts'
import { ADMIN_PASSWORD, openTestOkta, type TestOkta } from '../support/okta.ts'
import { type Attack, faultsOf, tablesChangedBy } from './attack.ts'
import { ATLAS_PARAMETERS, COMMON_PARAMETERS, HOSTILE_IDS, HOSTILE_VALUES, hostileBodies } from './corpus.ts'
import { isForEverybody, isSignInFlow } from './dialects.ts'
import { RawClient } from './requests.ts'
import { type RegisteredRoute, registeredRoutes } from './routes.ts'
import { spoilEachMember } from './spoil.ts'
import { acceptedBodies, createWorld, fillPath, fillWith, WORLD_PASSWORD, type World } from './world.ts'

/** Stands wherever a body may carry a secret. */
const CANARY = 'canary-secret-8d1f0e5b'

const JSON_TYPE = { 'content-type': 'application/json' }

/** Routes after which the database is looked at: a look reads every row of every table. */
const BETWEEN_LOOKS = 24

export interface AttackOptions {
  /** Also what is refused before any database is asked: bodies, and credentials of nobody. */
  readonly beforeTheDatabase: boolean
}

/** Attacks every route that the server has. */
export function attackEveryRoute(database: TestDatabase, { beforeTheDatabase }: AttackOptions): void {
  // Thousands of requests each: a busy machine takes minutes.
  describe(`hostile input on ${database.name}`, { timeout: 400_000 }, () => {
    // Not skipped where it is left out: a skip would count as one.
    const itBefore = (name: string, test: () => Promise<void>) => beforeTheDatabase && it(name, test)
    let okta: TestOkta
    let client: RawClient
    let routes: readonly RegisteredRoute[]
    let own: World
    let foreign: World
    let atlas: AtlasHeaders
    let authorization: { readonly authorization: string }

    beforeAll(async () => {
      okta = await openTestOkta(database)
      client = new RawClient(await okta.listen())
      routes = await registeredRoutes(okta.authority)
      own = await createWorld(okta, okta.adminA, 'own')
      foreign = await createWorld(okta, okta.adminB, 'foreign')
      authorization = okta.adminA.header
      atlas = await createAtlasCaller(okta.authority, okta.app, okta.authority.actorA, 'ORG_OWNER')
      // What is kept for the whole installation is made when it is first asked for: the key of nonces, and what the
      // OpenID library keeps.
      await client.send({ method: 'GET', target: '/api/atlas/v2' })
      await client.send({ method: 'GET', target: `/oauth2/${own.get('/oauth2/:issuerId')}/v1/authorize` })
    })

    afterAll(async () => {
      client.close()
      await okta.close()
    })

    /** Attacks route by route; where nothing may change, a few of them are held to it together. */
    async function attackEach(
      which: readonly RegisteredRoute[],
      attacksOn: (route: RegisteredRoute) => readonly Attack[],
    ): Promise<void> {
      const faults: string[] = []
      let attacks = 0
      const attack = async (route: RegisteredRoute, chosen: readonly Attack[]) => {
        attacks += chosen.length
        for (const fault of await faultsOf(chosen, client)) faults.push(`${nameOf(route)} · ${fault}`)
      }
      const planned = which.map((route) => ({ route, chosen: attacksOn(route) }))
      const passing = planned.filter(({ chosen }) => chosen.some(({ mayPass }) => mayPass === true))
      for (const { route, chosen } of passing) await attack(route, chosen)
      const refused = planned.filter((one) => !passing.includes(one))
      for (let at = 0; at < refused.length; at += BETWEEN_LOOKS) {
        const group = refused.slice(at, at + BETWEEN_LOOKS)
        const changed = await tablesChangedBy(okta.authority.store, async () => {
          for (const { route, chosen } of group) await attack(route, chosen)
        })
        const names = group.map(({ route }) => nameOf(route)).join(', ')
        for (const table of changed) faults.push(`${table} was changed by one of ${names}`)
      }
      expect(faults).toEqual([])
      expect(attacks).toBeGreaterThan(0)
    }

    /** The headers of an administrator of organization A, in the language of the route. */
    const signedIn = ({ url }: RegisteredRoute) =>
      url.startsWith('/api/atlas/')
        ? { authorization: atlas.authorization, accept: atlas.accept }
        : authorization

    const withBody = () => routes.filter(({ method }) => method !== 'GET')
    const withParameters = () => routes.filter(({ parameters }) => parameters.length > 0)
    const guarded = () => routes.filter((route) => route.url.startsWith('/api/') && !isForEverybody(route))

    const bodyFor = (route: RegisteredRoute) =>
      route.body === undefined
        ? {}
        : {
            headers: { ...signedIn(route), ...JSON_TYPE },
            body: Buffer.from(JSON.stringify(acceptedBodies('hostile')[nameOf(route)] ?? {})),
          }

    it('knows a body that each route with a body accepts', () => {
      const accepted = acceptedBodies('own')
      const unknown = routes.filter(
        (route) => route.body !== undefined && accepted[nameOf(route)] === undefined,
      )
      expect(unknown.map(nameOf)).toEqual([])
      for (const route of routes)
        if (route.body !== undefined)
          expect(Value.Check(route.body, accepted[nameOf(route)]), nameOf(route)).toBe(true)
    })

    itBefore('refuses bodies that no reader should accept', async () => {
      await attackEach(withBody(), (route) =>
        hostileBodies(CANARY).map(({ name, bytes, contentType }) => ({
          name,
          method: route.method,
          target: fillPath(route, own),
          headers: { ...signedIn(route), ...(contentType && { 'content-type': contentType }) },
          body: bytes,
        })),
      )
    })

    itBefore('refuses members of the wrong type', async () => {
      await attackEach(
        routes.filter(({ body }) => body !== undefined),
        (route) =>
          spoiled(route)
            .filter(({ fits }) => !fits)
            .map(({ name, body }) => ({
              name,
              method: route.method,
              target: fillPath(route, own),
              headers: { ...signedIn(route), ...JSON_TYPE },
              body: Buffer.from(JSON.stringify(body)),
            })),
      )
    })

    it('finds nothing under ids that are none', async () => {
      await attackEach(withParameters(), (route) =>
        route.parameters.flatMap((parameter, attacked) =>
          HOSTILE_IDS.map(([name, raw]) => ({
            name: `${parameter} is ${name}`,
            method: route.method,
            target: fillWith(route.url, route.parameters, (place, index) =>
              index === attacked ? raw : (own.get(place) ?? 'none'),
            ),
            headers: signedIn(route),
            ...bodyFor(route),
          })),
        ),
      )
    })

    it('finds nothing of another organization', async () => {
      await attackEach(
        withParameters().filter(({ url }) => url.startsWith('/api/')),
        (route) =>
          [
            attackWithIds(route, 'all of another organization', foreign),
            attackWithIds(route, 'a child of another organization', own, foreign),
            attackWithIds(route, 'a parent of another organization', foreign, own),
          ].filter(({ target }) => target !== fillPath(route, own)),
      )
      function attackWithIds(route: RegisteredRoute, name: string, ...worlds: readonly World[]): Attack {
        return {
          name,
          method: route.method,
          target: fillPath(route, ...worlds),
          headers: signedIn(route),
          ...bodyFor(route),
        }
      }
    })

    itBefore('does nothing for whoever is nobody', async () => {
      const nobody = [
        {},
        { authorization: '' },
        { authorization: 'SSWS' },
        { authorization: 'SSWS  ' },
        { authorization: `SSWS ${CANARY}` },
        { authorization: `SSWS ${okta.adminA.token}x` },
        { authorization: `Bearer ${okta.adminA.token}` },
        { authorization: `Basic ${Buffer.from(`admin:${CANARY}`).toString('base64')}` },
        { authorization: `SSWS ${CANARY.repeat(400)}` },
        { authorization: `SSWS ' OR 1=1 --` },
      ]
      const host = `${ORGANIZATION_B}.${new URL(okta.authority.publicUrl).host}`
      await attackEach(guarded(), (route) =>
        [...nobody, { ...signedIn(route), host }].map((headers) => ({
          ...bodyFor(route),
          name: `credential ${JSON.stringify(headers).slice(0, 60)}`,
          method: route.method,
          target: fillPath(route, own),
          headers: { ...JSON_TYPE, ...headers },
        })),
      )
    })

    it('survives absurd query strings', async () => {
      await attackEach(
        routes.filter(({ method, url }) => method === 'GET' && !isSignInFlow(url)),
        (route) =>
          parametersOf(route).flatMap((parameter) =>
            HOSTILE_VALUES.map((value) => ({
              name: `${parameter}=${value.slice(0, 40)}`,
              method: route.method,
              target: `${fillPath(route, own)}?${parameter}=${value}`,
              headers: signedIn(route),
              mayPass: true,
            })),
          ),
      )
    })

    it('answers whatever fits a schema, however strange', async () => {
      const own = await createWorld(okta, okta.adminA, 'strange')
      await attackEach(
        routes.filter(({ body }) => body !== undefined),
        (route) =>
          spoiled(route)
            .filter(({ fits }) => fits)
            .map(({ name, body }) => ({
              name,
              method: route.method,
              target: fillPath(route, own),
              headers: { ...signedIn(route), ...JSON_TYPE },
              body: Buffer.from(JSON.stringify(body)),
              mayPass: true,
            })),
      )
    })

    it('still serves', async () => {
      for (const path of ['/apps', '/users', '/authorizationServers', '/api-tokens'])
        expect((await okta.call(okta.adminA, `GET ${path}`)).status).toBe(200)
      expect((await okta.app.inject('/readyz')).statusCode).toBe(200)
    })

    it('has logged no secret and no failure of its own', () => {
      const log = okta.logged()
      for (const secret of [okta.adminA.token, okta.adminB.token, CANARY, WORLD_PASSWORD, ADMIN_PASSWORD])
        expect(log.includes(secret)).toBe(false)
      expect(log.split('\n').filter((line) => line.includes('"level":50'))).toEqual([])
    })

    function spoiled(route: RegisteredRoute) {
      const accepted = acceptedBodies(`strange-${route.method.toLowerCase()}`)[nameOf(route)]
      return [...spoilEachMember(accepted)].map((one) => ({
        ...one,
        fits: route.body === undefined || Value.Check(route.body, JSON.parse(JSON.stringify(one.body))),
      }))
    }

    function parametersOf({ url, query }: RegisteredRoute): readonly string[] {
      if (url.startsWith('/api/atlas/')) return ATLAS_PARAMETERS
      const named = query !== undefined && 'properties' in query ? Object.keys(query.properties ?? {}) : []
      // Okta's operations read parameters that no schema names; elsewhere the schema names all that are read.
      const unnamed = url.startsWith('/api/v1/') ? COMMON_PARAMETERS : COMMON_PARAMETERS.slice(0, 1)
      return [...new Set([...named, ...unnamed])]
    }
  })
}

function nameOf({ method, url }: RegisteredRoute): string {
  return `${method} ${url}`
}
