import { createHash, randomBytes } from 'node:crypto'
import { Browser } from '../packages/server/test/support/browser.ts'
import { call } from './rescind.mjs'

const CALLBACK = 'http://127.0.0.1:1/callback'
const PASSWORD = 'correct horse battery staple 42'

/** A user and a web application that the user need not be asked about. */
export async function createSignIn(rescind) {
  const login = 'ada@example.com'
  await call(rescind, 'POST', '/api/v1/users', {
    profile: { login, email: login, firstName: 'Ada', lastName: 'L' },
    credentials: { password: { value: PASSWORD } },
  })
  const application = await call(rescind, 'POST', '/api/v1/apps', {
    name: 'oidc_client',
    label: 'bench web',
    signOnMode: 'OPENID_CONNECT',
    credentials: { oauthClient: { token_endpoint_auth_method: 'client_secret_basic' } },
    settings: {
      oauthClient: {
        application_type: 'web',
        consent_method: 'TRUSTED',
        redirect_uris: [CALLBACK],
        response_types: ['code'],
        grant_types: ['authorization_code', 'refresh_token'],
      },
    },
  })
  const { client_id: id, client_secret: secret } = application.credentials.oauthClient
  return { login, id, authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` }
}

/** Signs the user in through the pages and exchanges codes, one after the other in the one session. */
export async function obtainFamilies(base, { login, id, authorization }, howMany) {
  const browser = new Browser(base)
  const families = []
  while (families.length < howMany) {
    const verifier = randomBytes(32).toString('base64url')
    const authorize = new URL(`${base}/authorize`)
    authorize.search = new URLSearchParams({
      client_id: id,
      response_type: 'code',
      scope: 'openid offline_access',
      redirect_uri: CALLBACK,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      // What is asked for use offline is consented to each time (OpenID Connect Core section 11).
      prompt: 'consent',
      state: 's',
    })
    let arrived = await browser.open(authorize)
    for (const filled of [{ do: 'sign-in', login, password: PASSWORD }, { do: 'allow' }]) {
      const form = 'page' in arrived && arrived.page.forms.find(({ buttons }) => buttons.includes(filled.do))
      if (form) arrived = await browser.submit(arrived.page, form, filled)
    }
    if ('page' in arrived) throw new Error(`not signed in: ${arrived.page.status} ${arrived.page.html}`)
    const code = arrived.left.searchParams.get('code')
    const response = await fetch(`${base}/token`, {
      method: 'POST',
      headers: { authorization },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        redirect_uri: CALLBACK,
        code_verifier: verifier,
      }),
    })
    const body = await response.json()
    if (!response.ok) throw new Error(`no tokens: ${JSON.stringify(body)}`)
    families.push({ refresh: body.refresh_token, access: body.access_token })
  }
  return families
}
