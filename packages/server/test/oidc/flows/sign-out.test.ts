import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Browser, formWith, leftFor, pageOf } from '../../support/browser.ts'
import { DATABASES } from '../../support/databases.ts'
import { createClient } from '../../support/management.ts'
import { authorize, configurationOf, introspect, obtain, openWorld } from '../../support/oidc-world.ts'

describe.each(DATABASES)('signing out at the wish of a client on $name', (database) => {
  let world: Awaited<ReturnType<typeof openWorld>>
  beforeAll(async () => {
    world = await openWorld(database)
  })
  afterAll(() => world.close())

  it('ends the session, brings the user back, and leaves what is for use offline', async () => {
    const bye = 'https://shop.example.com/bye'
    const client = await createClient(world.admin, { settings: { post_logout_redirect_uris: [bye] } })
    const { ada: person, apis } = world
    const api = apis.jwt
    const browser = new Browser(api.issuer)
    const offline = await obtain({ client, api, person, browser })
    const online = await obtain({ client, api, person, browser, scope: 'openid orders:read' })
    const config = await configurationOf(client, api.issuer)
    const url = openid.buildEndSessionUrl(config, {
      id_token_hint: online.idToken ?? '',
      post_logout_redirect_uri: bye,
      state: 'as it was',
    })
    const page = pageOf(await browser.open(url))
    const left = leftFor(await browser.submit(page, formWith(page, 'logout'), { logout: 'yes' }))
    expect(left.href).toBe(`${bye}?state=as+it+was`)
    const { callback } = await authorize({
      client,
      api,
      person,
      browser,
      scope: 'openid',
      more: { prompt: 'none' },
    })
    expect(callback.searchParams.get('error')).toBe('login_required')
    expect(await introspect(world, api.issuer, online.access)).toEqual({ active: false })
    expect(await introspect(world, api.issuer, offline.access)).toMatchObject({ active: true })
  })
})
