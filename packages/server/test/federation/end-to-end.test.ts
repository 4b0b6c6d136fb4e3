import { createVerifier, type Verifier } from '@rescind/verifier'
import { decodeJwt, type JWK } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { refreshProviderKeys } from '../../src/federation/provider-keys/refresh.ts'
import { deliverDueLogouts } from '../../src/oidc/logout-delivery.ts'
import { startEffects } from '../../src/revocation/effect/completion.ts'
import { AtConsole } from '../console/world.ts'
import { curl, NEWEST } from '../support/atlas.ts'
import { Browser, isSignInPage, leftFor, pageOf, type Shown } from '../support/browser.ts'
import { DATABASES } from '../support/databases.ts'
import { AUDIENCE, IdentityProvider } from '../support/identity-provider.ts'
import { LogoutReceiver } from '../support/logout-receiver.ts'
import { createClient, createServer, Management } from '../support/management.ts'
import { openNodes, type TestNodes } from '../support/nodes.ts'
import {
  authorizationRequest,
  exchange,
  type Flow,
  refresh as refreshTokens,
  userinfoStatus,
  walk,
} from '../support/oidc-world.ts'
import { TcpProxy } from '../support/tcp-proxy.ts'
import { verdictOf } from '../support/verifier-world.ts'

const NATIVE = '/api/rescind/v1'
/** Milliseconds: short, so that a node that hears nothing is soon known to take nothing. */
const STALENESS = 2_000

interface Organization {
  readonly id: string
  readonly admin: Management
  /** As `curl --digest` uses it. */
  readonly digest: string
}

/** The verifiers themselves are tried on both databases elsewhere. */
const [database] = DATABASES

describe('an identity provider whose signing key was stolen', () => {
  let nodes: TestNodes
  let idp: IdentityProvider
  let proxy: TcpProxy
  let federation: string
  let provider: string
  let organizations: readonly Organization[]
  /** Of three clusters; the last one's only node reaches the authority through the proxy. */
  let verifiers: readonly Verifier[]
  let effects: Promise<void>
  const stopping = new AbortController()

  const providerAt = () => `${NATIVE}/federations/${federation}/identity-providers/${provider}`

  beforeAll(async () => {
    if (database === undefined) throw new TypeError('no database')
    nodes = await openNodes(database)
    effects = startEffects(nodes.nodes[0].authority, stopping.signal)
    proxy = await TcpProxy.before(nodes.publicUrl)
    idp = await IdentityProvider.start(`${nodes.publicUrl}/oauth2/callback`)
    const admin = new Management(nodes.publicUrl, nodes.apiToken)
    const ids = await admin.ok(`GET ${NATIVE}/bootstrap`)
    federation = ids.federationSettingsId
    const made = []
    for (const name of ['first', 'second'])
      made.push(await admin.ok(`POST ${NATIVE}/organizations`, { name, subdomain: name }))
    organizations = made.map(({ id, admin: { apiToken, publicKey, privateKey } }) => ({
      id,
      admin: new Management(nodes.publicUrl, apiToken),
      digest: `${publicKey}:${privateKey}`,
    }))
    for (const { id } of organizations)
      await admin.ok(`PUT ${NATIVE}/federations/${federation}/organizations/${id}`, {})
    provider = (
      await admin.ok(`POST ${NATIVE}/federations/${federation}/identity-providers`, {
        idpType: 'WORKLOAD',
        displayName: 'robots',
        issuerUri: idp.issuer,
        audience: AUDIENCE,
        authorizationType: 'GROUP',
        userClaim: 'sub',
        groupsClaim: 'groups',
      })
    ).id
    for (const { id, admin: own } of organizations)
      await own.ok(`PUT ${NATIVE}/federations/${federation}/organizations/${id}`, {
        identityProviders: [provider],
      })
    const opened: Verifier[] = []
    const [one, two] = organizations
    for (const [owner, authority] of [
      [one, nodes.publicUrl],
      [two, nodes.publicUrl],
      [two, proxy.url],
    ] as const) {
      if (owner === undefined) throw new TypeError('two organizations')
      const cluster = await owner.admin.ok(`POST ${NATIVE}/clusters`, {
        name: `cluster ${opened.length}`,
        identityProviders: [idp.issuer],
        maxStaleness: STALENESS,
      })
      const { credential } = await owner.admin.ok(`POST ${NATIVE}/clusters/${cluster.id}/credentials`)
      opened.push(
        await createVerifier({
          authority,
          credential,
          audience: AUDIENCE,
          startTimeout: 20_000,
          clockTolerance: 5,
        }),
      )
    }
    verifiers = opened
  })
  afterAll(async () => {
    for (const verifier of verifiers) await verifier.close()
    stopping.abort()
    await effects
    await idp.close()
    await proxy.close()
    await nodes.close()
  }, 10_000)

  const verdicts = (token: string) => Promise.all(verifiers.map((verifier) => verdictOf(verifier, token)))
  const all = (verdict: string) => verifiers.map(() => verdict)
  /** Milliseconds until a condition holds; the test's own time is the limit. */
  const measure = async (condition: () => Promise<boolean>) => {
    const began = performance.now()
    while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20))
    return Math.round(performance.now() - began)
  }
  const untilAll = (verdict: RegExp, token: string | (() => Promise<string>)) =>
    measure(async () =>
      (await verdicts(typeof token === 'string' ? token : await token())).every((one) => verdict.test(one)),
    )
  const tell = (what: string, milliseconds: number) => process.stdout.write(`${what}: ${milliseconds} ms\n`)
  const refresh = () => refreshProviderKeys(nodes.nodes[0].authority, federation, idp.issuer)

  /** Each case begins with a key that everybody trusts, and a token of it. */
  let good: string
  let stolen: JWK
  beforeEach(async () => {
    await refresh()
    await untilAll(/^accepted$/, () => idp.token())
    good = await idp.token()
    stolen = idp.key
  }, 20_000)

  /** Every organization's own receipt of the revocation of the provider's keys, once it is complete. */
  const receipts = async () =>
    Promise.all(
      organizations.map(async ({ admin }) => {
        const { items } = await admin.ok(`GET ${NATIVE}/revocations?limit=1`)
        let reply = await admin.call(`GET ${NATIVE}/revocations/${items[0].id}/receipt`)
        await measure(async () => {
          reply = await admin.call(`GET ${NATIVE}/revocations/${items[0].id}/receipt`)
          return reply.status === 200
        })
        return reply.body.receipt
      }),
    )
  const statesIn = (receipt: Awaited<ReturnType<typeof receipts>>[number]) =>
    receipt.effect.clusters.flatMap((cluster: { nodes: { state: string }[] }) =>
      cluster.nodes.map(({ state }) => state),
    )

  it('is replaced there and revoked by the endpoint that Atlas has, for every cluster', async () => {
    await idp.order('replace')
    const revoked = performance.now()
    const reply = await curl(
      `${nodes.publicUrl}/api/atlas/v2/federationSettings/${federation}/identityProviders/${provider}/jwks`,
      '-X',
      'DELETE',
      '--digest',
      '-u',
      organizations[0]?.digest ?? '',
      '-H',
      `Accept: ${NEWEST}`,
    )
    expect([reply.status, reply.text]).toEqual([204, ''])
    await untilAll(/^key_revoked$/, good)
    tell('refused by three clusters of two organizations', Math.round(performance.now() - revoked))
    // Freshly forged, dated now, and as late as a clock is believed: nothing about them is old but the key.
    for (const later of [0, 4])
      expect(await verdicts(await idp.forge(stolen, later))).toEqual(all('key_revoked'))
    tell('tokens of the new key are taken', await untilAll(/^accepted$/, () => idp.token()))
    expect(await verdicts(await idp.forge(stolen))).toEqual(all('key_revoked'))
    expect((await receipts()).map(statesIn)).toEqual([['acknowledged'], ['acknowledged', 'acknowledged']])
  }, 20_000)

  it('cannot be asked when it is revoked: nothing of it is taken until it can', async () => {
    await idp.order('replace')
    const fresh = await idp.token()
    await idp.order('down')
    const [owner] = organizations
    const outcome = await owner?.admin.ok(`POST ${providerAt()}/revoke-keys`, { reason: 'compromised' })
    expect(outcome).toMatchObject({ outcome: 'network', trusted: [] })
    await untilAll(/^(key_unknown|key_revoked|token_revoked)$/, good)
    for (const token of [fresh, await idp.forge(stolen, 4)])
      for (const verdict of await verdicts(token)) expect(verdict).not.toBe('accepted')
    await idp.order('up')
    expect(await refresh()).toBe('changed')
    tell('tokens of the new key are taken', await untilAll(/^accepted$/, () => idp.token()))
    expect(await verdicts(await idp.forge(stolen))).toEqual(all('key_revoked'))
  }, 20_000)

  it('still publishes the stolen key, which is blocked by its kid, while one node is cut off', async () => {
    await idp.order('add')
    proxy.hold()
    const [owner] = organizations
    const outcome = await owner?.admin.ok(`POST ${providerAt()}/revoke-keys`, {
      reason: 'compromised',
      blockKids: [stolen.kid],
    })
    expect(outcome.blocked.map(({ kid }: { kid: string }) => kid)).toEqual([stolen.kid])
    expect(outcome.stillPublished).toEqual([])
    const [one, two, apart] = verifiers
    if (one === undefined || two === undefined || apart === undefined) throw new TypeError('three verifiers')
    await measure(async () =>
      (await Promise.all([one, two].map((each) => verdictOf(each, good)))).every(
        (is) => is === 'key_revoked',
      ),
    )
    tell('the node that is cut off takes nothing', await measure(async () => apart.staleness > STALENESS))
    expect(await verdictOf(apart, good)).toBe('stale')
    const [, receipt] = await receipts()
    expect(statesIn(receipt).toSorted()).toEqual(['acknowledged', 'lease_ended'])
    proxy.release()
    await untilAll(/^key_revoked$/, () => idp.forge(stolen, 4))
    tell('tokens of the new key are taken', await untilAll(/^accepted$/, () => idp.token()))
  }, 30_000)

  describe('through whom people sign in', () => {
    let admin: Management
    let workforce: string
    let flow: Flow
    let receiver: LogoutReceiver
    const at = () => `${NATIVE}/federations/${federation}`
    const connect = (providers: readonly string[]) =>
      admin.ok(`PUT ${at()}/organizations/${organizations[0]?.id}`, { identityProviders: providers })

    beforeAll(async () => {
      const [owner] = organizations
      if (owner === undefined) throw new TypeError('no organization')
      admin = owner.admin
      receiver = await LogoutReceiver.open()
      const made = await admin.ok(`POST ${at()}/identity-providers`, {
        idpType: 'WORKFORCE',
        displayName: 'Example',
        issuerUri: idp.issuer,
        audience: 'rescind',
        authorizationType: 'GROUP',
        userClaim: 'sub',
        groupsClaim: 'groups',
        clientId: 'rescind',
        requestedScopes: ['email', 'profile', 'groups'],
      })
      workforce = made.id
      await connect([provider, workforce])
      await admin.ok(`POST ${at()}/organizations/${owner.id}/role-mappings`, {
        externalGroupName: 'ops',
        roleAssignments: [{ role: 'ORG_READ_ONLY', orgId: owner.id }],
      })
      flow = {
        client: await createClient(admin, { settings: { backchannel_logout_uri: receiver.url } }),
        api: await createServer(admin, 'jwt'),
        person: { id: '', login: '', password: '' },
      }
    })

    afterAll(() => receiver.close())

    const linkOn = ({ html, url }: Shown) => {
      const [, link] = /href="([^"]*[?]provider=[^"]*)"/.exec(html) ?? []
      return link === undefined ? undefined : new URL(link, url)
    }
    /** The page on which somebody at a browser is asked to sign in. */
    const askedAt = async (browser: Browser) => {
      const request = await authorizationRequest(flow)
      return { request, page: pageOf(await browser.open(request.url)) }
    }
    /** From the link on our page through the provider's own pages, to the address that it sends people back to. */
    const signInAt = async (browser: Browser, page: Shown, login: string) => {
      const link = linkOn(page)
      if (link === undefined) throw new Error('no link to the provider')
      const theirs = new Browser(idp.issuer)
      let arrived = await theirs.open(leftFor(await browser.open(link)))
      while ('page' in arrived) {
        const [form] = arrived.page.forms
        if (form === undefined) throw new Error(arrived.page.html)
        arrived = await theirs.submit(arrived.page, form, { login, password: 'any' })
      }
      return arrived.left
    }
    const signIn = async (login: string) => {
      const browser = new Browser(nodes.publicUrl)
      const { request, page } = await askedAt(browser)
      const callback = await walk(browser, await signInAt(browser, page, login), flow.person)
      return exchange({ ...request, flow, callback, browser })
    }

    it('are users of the organization, until the keys of the provider are revoked: then they are logged out', async () => {
      const tokens = await signIn('ada')
      expect(await userinfoStatus(flow.api.issuer, tokens.access)).toBe(200)
      const user = await admin.ok('GET /api/v1/users/ada@example.com')
      expect(user).toMatchObject({ status: 'ACTIVE', profile: { displayName: 'ada' } })
      const roles = await admin.ok(`GET ${NATIVE}/users/${user.id}/roles`)
      expect(roles.items.map(({ role }: { role: string }) => role)).toEqual(['organization_reader'])
      // The second time they are who they were.
      expect((await signIn('ada')).idToken).toBeDefined()
      const { browser = new Browser('') } = tokens

      await idp.order('replace')
      const began = performance.now()
      // They came through one of two providers that have one issuer, and so one set of keys.
      await admin.ok(`POST ${at()}/identity-providers/${provider}/revoke-keys`, { reason: 'compromised' })
      await measure(async () => (await userinfoStatus(flow.api.issuer, tokens.access)) === 401)
      tell('people are logged out', Math.round(performance.now() - began))
      await expect(refreshTokens(tokens)).rejects.toThrow()
      const { page } = await askedAt(browser)
      expect(isSignInPage(page)).toBe(true)

      // Both sessions of theirs are told to the application, and counted, with what else came of the sign-ins; what
      // the provider signed is known to nobody here.
      await deliverDueLogouts(nodes.nodes[0].authority)
      const told = receiver.taken().map((token) => decodeJwt(token))
      expect(new Set(told.map(({ sid }) => sid)).size).toBe(2)
      expect(told.map(({ sub }) => sub)).toEqual([user.id, user.id])
      const [receipt] = await receipts()
      expect(receipt.revocation.target.providers.toSorted()).toEqual([provider, workforce].toSorted())
      expect(receipt.covered).toEqual({
        tokens: 4,
        users: 1,
        sessions: 2,
        counted: true,
        uncounted: { issuer: idp.issuer },
      })
    }, 20_000)

    it('are told at the console that revoking their provider signs them out, and then it does', async () => {
      // At this host the console is of the organization that the first start made.
      const home = new Management(nodes.publicUrl, nodes.apiToken)
      const { organizationId } = await home.ok(`GET ${NATIVE}/bootstrap`)
      const here = `${at()}/organizations/${organizationId}`
      await home.ok(`PUT ${here}`, { identityProviders: [provider, workforce] })
      await home.ok(`POST ${here}/role-mappings`, {
        externalGroupName: 'ops',
        roleAssignments: [{ role: 'ORG_READ_ONLY', orgId: organizationId }],
      })
      const console = new AtConsole({ origin: nodes.publicUrl })
      const back = await signInAt(console.browser, await console.askedToSignIn(), 'ada')
      expect(new URL(pageOf(await console.browser.open(back)).url).pathname).toBe('/console/')
      await console.begin()
      const { user } = (await console.session()).body
      const signsOut = async (target: object) => {
        const { status, body } = await console.native('POST', '/revocations/preview', { target })
        expect(status).toBe(200)
        return body.signsYouOut
      }
      expect(await signsOut({ type: 'user', id: user.id })).toBe(true)
      expect(await signsOut({ type: 'identity_provider', id: workforce })).toBe(true)
      // The two have one issuer, and therefore one set of keys.
      expect(await signsOut({ type: 'identity_provider', id: provider })).toBe(true)
      const { items } = await home.ok(`GET ${NATIVE}/users`)
      const other = items.find(({ id }: { id: string }) => id !== user.id)
      expect(await signsOut({ type: 'user', id: other.id })).toBe(false)
      await admin.ok(`POST ${at()}/identity-providers/${provider}/revoke-keys`, { reason: 'test' })
      expect((await console.session()).status).toBe(401)
    }, 20_000)

    it('are users who were here before, once that was said of them', async () => {
      const { id } = await admin.ok('POST /api/v1/users', {
        profile: { login: 'dora@example.com', email: 'dora@example.com', firstName: 'D', lastName: 'O' },
        credentials: { password: { value: 'correct horse battery staple' } },
      })
      const isLetIn = async (login: string) => {
        const browser = new Browser(nodes.publicUrl)
        const { page } = await askedAt(browser)
        const arrived = await browser.open(await signInAt(browser, page, login))
        return !('page' in arrived && arrived.page.html.includes('role="alert"'))
      }
      const identities = `${NATIVE}/users/${id}/identities` as const
      const dora = { identityProvider: workforce, subject: 'dora' }
      expect(await isLetIn('dora')).toBe(false)
      const linked = await admin.call(`POST ${identities}`, dora)
      expect(linked.status).toBe(201)
      expect(linked.body).toMatchObject({
        issuer: idp.issuer,
        subject: 'dora',
        identityProviders: [workforce],
      })
      // To say it again changes nothing; to say it of somebody else is refused.
      expect(await admin.call(`POST ${identities}`, dora)).toEqual(linked)
      const me = `${NATIVE}/users/me/identities` as const
      expect(await admin.call(`POST ${me}`, dora)).toMatchObject({
        status: 409,
        body: { code: 'identity_taken' },
      })
      expect((await admin.ok(`GET ${identities}`)).items).toMatchObject([
        { subject: 'dora', identityProviders: [provider, workforce] },
      ])
      expect(await isLetIn('dora')).toBe(true)
      expect((await admin.ok('GET /api/v1/users/dora@example.com')).id).toBe(id)

      await admin.ok(`DELETE ${identities}/${workforce}`)
      expect((await admin.call(`DELETE ${identities}/${workforce}`)).status).toBe(404)
      expect(await isLetIn('dora')).toBe(false)
      const { items } = await admin.ok(`GET ${NATIVE}/audit`)
      expect(JSON.stringify(items)).toMatch(/"unlinked":.*"subject":"dora"/)
    }, 20_000)

    it('are asked for by a client with a secret, which is never shown', async () => {
      const clientSecret = 'what only the two know'
      const change = (body: object) => admin.call(`PATCH ${at()}/identity-providers/${workforce}`, body)
      const changed = await change({ clientId: 'rescind-with-secret', clientSecret })
      expect(changed.body).toMatchObject({ clientId: 'rescind-with-secret', hasClientSecret: true })
      const read = await admin.call(`GET ${at()}/identity-providers/${workforce}`)
      const log = await admin.call(`GET ${NATIVE}/audit`)
      for (const shown of [changed, read, log]) expect(JSON.stringify(shown.body)).not.toContain(clientSecret)
      expect((await signIn('cleo')).idToken).toBeDefined()

      await change({ clientSecret: 'another' })
      const browser = new Browser(nodes.publicUrl)
      const { page } = await askedAt(browser)
      expect(pageOf(await browser.open(await signInAt(browser, page, 'cleo'))).html).toContain(
        'did not sign you in',
      )
      // It was meant for the other client: this one is public again.
      expect((await change({ clientId: 'rescind' })).body).toMatchObject({ hasClientSecret: false })
      expect((await signIn('cleo')).idToken).toBeDefined()
    }, 20_000)

    it('are not signed in by a key that is blocked, by an answer of another browser, or where nobody is connected', async () => {
      const browser = new Browser(nodes.publicUrl)
      const { page } = await askedAt(browser)
      const back = await signInAt(browser, page, 'ben')
      const [stranger, started] = [new Browser(nodes.publicUrl), await askedAt(browser)]
      expect(pageOf(await stranger.open(back)).html).toContain('expired')
      expect(linkOn(started.page)).toBeDefined()

      const blockKids = [idp.key.kid]
      await admin.ok(`POST ${at()}/identity-providers/${workforce}/revoke-keys`, {
        reason: 'compromised',
        blockKids,
      })
      const again = await askedAt(browser)
      const refused = pageOf(await browser.open(await signInAt(browser, again.page, 'ben')))
      expect(refused.html).toContain('did not sign you in')
      expect((await admin.call('GET /api/v1/users/ben@example.com')).status).toBe(404)

      await connect([provider])
      expect(linkOn((await askedAt(browser)).page)).toBeUndefined()
    }, 20_000)
  })
})
