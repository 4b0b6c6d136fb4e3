import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  completeClientMetadata,
  type GivenClientMetadata,
  readClientMetadata,
} from '../../src/directory/client-metadata.ts'
import { checkClientMetadata } from '../../src/directory/client-metadata-rules.ts'
import { redirectFault } from '../../src/directory/redirect-uris.ts'
import { DomainError } from '../../src/errors/index.ts'

const web: GivenClientMetadata = {
  grant_types: ['authorization_code'],
  redirect_uris: ['https://shop.example.com/callback'],
}
const browser: GivenClientMetadata = { ...web, application_type: 'browser' }
const service: GivenClientMetadata = { grant_types: ['client_credentials'], application_type: 'service' }

/** The member at fault; undefined where the settings are in order. */
function fault(given: GivenClientMetadata): unknown {
  try {
    checkClientMetadata(completeClientMetadata(given))
    return undefined
  } catch (refusal) {
    if (refusal instanceof DomainError) return refusal.details.member
    throw refusal
  }
}

describe('settings of a client', () => {
  it.each<[string, GivenClientMetadata]>([
    ['a web application', web],
    ['a browser application', browser],
    ['a service', service],
    ['a service by its key', { ...service, token_endpoint_auth_method: 'private_key_jwt' }],
    [
      'a web application that acts for itself, too',
      { ...web, grant_types: ['authorization_code', 'client_credentials'] },
    ],
    ['more response types than grants', { ...web, response_types: ['code', 'token', 'id_token'] }],
    ['implicit', { ...web, grant_types: ['implicit'] }],
    [
      'a native application',
      { ...web, application_type: 'native', redirect_uris: ['com.example.app:/callback'] },
    ],
    [
      'a web application whose refresh tokens stay',
      {
        ...web,
        grant_types: ['authorization_code', 'refresh_token'],
        refresh_token: { rotation_type: 'STATIC', leeway: 0 },
      },
    ],
    ['keys elsewhere', { ...service, jwks_uri: 'https://billing.example.com/keys' }],
    ['keys elsewhere, on this machine', { ...service, jwks_uri: 'http://127.0.0.1:4000/keys' }],
    [
      'sign-in from here',
      {
        ...web,
        idp_initiated_login: { mode: 'SPEC', default_scope: [] },
        initiate_login_uri: 'https://x.example/login',
      },
    ],
  ])('may be those of %s', (_, given) => {
    expect(fault(given)).toBeUndefined()
  })

  it.each<[string, GivenClientMetadata, string]>([
    ['no redirect address', { ...web, redirect_uris: [] }, 'redirect_uris'],
    [
      'no redirect address for implicit',
      { ...web, grant_types: ['implicit'], redirect_uris: [] },
      'redirect_uris',
    ],
    [
      'the second address',
      { ...web, redirect_uris: ['https://a.example/', 'http://a.example/'] },
      'redirect_uris[1]',
    ],
    [
      'an address after logout',
      { ...web, post_logout_redirect_uris: ['/x'] },
      'post_logout_redirect_uris[0]',
    ],
    ['no response type for codes', { ...web, response_types: ['token'] }, 'response_types'],
    [
      'no response type for implicit',
      { ...web, grant_types: ['implicit'], response_types: ['code'] },
      'response_types',
    ],
    ['a service with users', { ...service, grant_types: ['authorization_code'] }, 'grant_types'],
    ['a browser with a password', { ...browser, grant_types: ['password'] }, 'grant_types'],
    [
      'a browser with a secret',
      { ...browser, token_endpoint_auth_method: 'client_secret_post' },
      'token_endpoint_auth_method',
    ],
    [
      'a service that proves nothing',
      { ...service, token_endpoint_auth_method: 'none' },
      'token_endpoint_auth_method',
    ],
    ['a public client without PKCE', { ...browser, pkce_required: false }, 'pkce_required'],
    [
      'a public client whose refresh tokens stay',
      {
        ...browser,
        grant_types: ['authorization_code', 'refresh_token'],
        refresh_token: { rotation_type: 'STATIC', leeway: 0 },
      },
      'refresh_token',
    ],
    [
      'bound tokens by implicit',
      { ...web, grant_types: ['implicit'], dpop_bound_access_tokens: true },
      'dpop_bound_access_tokens',
    ],
    [
      'keys at an unprotected address',
      { ...service, jwks_uri: 'http://billing.example.com/keys' },
      'jwks_uri',
    ],
    ['a link that runs', { ...web, client_uri: 'javascript:alert(1)' }, 'client_uri'],
    ['a logo that runs', { ...web, logo_uri: 'data:text/html,x' }, 'logo_uri'],
    [
      'sign-in from here without an address',
      { ...web, idp_initiated_login: { mode: 'OKTA', default_scope: [] } },
      'initiate_login_uri',
    ],
  ])('may not be: %s', (_, given, member) => {
    expect(fault(given)).toBe(member)
  })

  it('read back as they were written, all defaults among them', () => {
    for (const given of [web, browser, service]) {
      const metadata = completeClientMetadata(given)
      expect(readClientMetadata(JSON.stringify(metadata))).toEqual(metadata)
    }
  })

  it('are not read where a row holds something else', () => {
    expect(() => readClientMetadata('{}')).toThrow()
    expect(() =>
      readClientMetadata(JSON.stringify({ ...completeClientMetadata(web), admin: true })),
    ).toThrow()
  })
})

describe('an address to redirect to', () => {
  it.each<[string, 'web' | 'native', ReturnType<typeof redirectFault>]>([
    ['https://shop.example.com/callback?x=1', 'web', undefined],
    ['http://localhost:3000/callback', 'web', undefined],
    ['http://127.0.0.1/callback', 'web', undefined],
    ['http://[::1]:3000/callback', 'web', undefined],
    ['com.example.app:/callback', 'native', undefined],
    ['com.example.app:/callback', 'web', 'not_https'],
    ['http://shop.example.com/callback', 'web', 'not_https'],
    ['http://localhost.example.com/', 'native', 'not_https'],
    ['http://127.0.0.1.example.com/', 'web', 'not_https'],
    ['https://shop.example.com/#', 'web', 'fragment'],
    ['https://*.example.com/', 'web', 'wildcard'],
    ['https://user@shop.example.com/', 'web', 'userinfo'],
    ['https:shop.example.com/', 'web', 'not_absolute'],
    ['https:/shop.example.com/', 'web', 'not_absolute'],
    ['https:\\\\shop.example.com\\', 'web', 'not_absolute'],
    ['//shop.example.com/', 'web', 'not_absolute'],
    ['/callback', 'web', 'not_absolute'],
    ['', 'web', 'not_absolute'],
    ['https://shop.example.com/ x', 'web', 'not_absolute'],
    ['https://shop.example.com/\n', 'web', 'not_absolute'],
    ['https://shöp.example.com/', 'web', 'not_absolute'],
    ['javascript:alert(1)', 'native', 'scheme'],
    ['JavaScript:alert(1)', 'native', 'scheme'],
    ['data:text/html,x', 'native', 'scheme'],
    ['file:///etc/passwd', 'native', 'scheme'],
  ])('%j of a %s application: %s', (uri, type, expected) => {
    expect(redirectFault(uri, type)).toBe(expected)
  })

  it('is https or loopback whatever it looks like, for a web application', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.webUrl(), fc.string(), fc.webUrl({ validSchemes: ['ftp', 'http', 'ws'] })),
        (uri) => {
          if (redirectFault(uri, 'web') !== undefined) return
          const { protocol, hostname } = new URL(uri)
          expect(protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname)).toBe(true)
        },
      ),
    )
  })
})
