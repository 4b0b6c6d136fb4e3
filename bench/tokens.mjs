import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair } from 'jose'
import { runLoad, SERVER_CORE, startReference } from './child.mjs'
import { DATABASES } from './databases.mjs'
import { call, startRescind } from './rescind.mjs'
import { createSignIn, obtainFamilies } from './sign-in.mjs'
import { count, decimal, figure, interleave, median, printTable } from './statistics.mjs'

const ROUNDS = 3
const SECONDS = 2
const CONNECTIONS = 32
const REVOKED_A_ROUND = 1_500
/** Fewer than one source may sign in with at once. */
const FAMILIES = 16
const ALGORITHMS = ['RS256', 'ES256', 'EdDSA']
const NATIVE = '/api/rescind/v1'

/**
 * Tokens issued a second with their durable row in the ledger, by format and algorithm, beside what the OpenID
 * library does alone with its in-memory adapter and beside bare signatures; introspection and revocation beside
 * the library's.
 */
export async function benchTokens(folder) {
  const references = await startReferences()
  try {
    for (const database of DATABASES) {
      const rescind = await startRescind(folder, { database })
      try {
        await measure(database, await prepare(rescind), references)
      } finally {
        await rescind.stop()
      }
    }
  } finally {
    for (const reference of Object.values(references)) await reference.stop()
  }
}

async function measure(database, ours, references) {
  const candidates = {}
  for (const algorithm of ALGORITHMS) {
    candidates[`${algorithm} alone`] = () =>
      runLoad('signatures', { algorithm, seconds: SECONDS }, SERVER_CORE)
    candidates[`${algorithm} library`] = issuing(references[algorithm], references[algorithm].jwt)
    candidates[algorithm] = issuing(ours[algorithm], ours[algorithm].jwt)
  }
  candidates['opaque library'] = issuing(references.RS256, references.RS256.opaque)
  candidates.opaque = issuing(ours.RS256, ours.RS256.opaque)
  candidates['introspection library'] = introspecting(references.RS256)
  candidates.introspection = introspecting(ours.RS256)
  candidates['revocation library'] = revoking(references.RS256)
  candidates.revocation = revoking(ours.RS256)
  candidates['refresh library'] = refreshing(references.RS256)
  candidates.refresh = refreshing(ours.RS256)
  candidates['userinfo library'] = asking(references.RS256)
  candidates.userinfo = asking(ours.RS256)
  candidates['bare Fastify'] = posting(references.bare)
  const results = await interleave(ROUNDS, candidates)
  const rate = (name) => median(results[name].map(({ perSecond }) => perSecond))
  const shown = (name) =>
    figure(
      results[name].map(({ perSecond }) => perSecond),
      count,
    )
  printTable(`Client credentials a second, durable, ${database.name}`, [
    ['', 'Rescind', 'library in memory', 'ratio', 'bare signatures', 'ratio'],
    ...[...ALGORITHMS, 'opaque'].map((name) => [
      name,
      shown(name),
      shown(`${name} library`),
      decimal(rate(name) / rate(`${name} library`)),
      name === 'opaque' ? '' : shown(`${name} alone`),
      name === 'opaque' ? '' : decimal(rate(name) / rate(`${name} alone`)),
    ]),
  ])
  printTable(`Other endpoints, a second, durable where they write, ${database.name}`, [
    ['', 'Rescind', 'library in memory', 'ratio', '÷ bare Fastify form'],
    ...['introspection', 'revocation', 'refresh', 'userinfo'].map((name) => [
      name,
      shown(name),
      shown(`${name} library`),
      decimal(rate(name) / rate(`${name} library`)),
      decimal(rate(name) / rate('bare Fastify')),
    ]),
    ['bare Fastify form', shown('bare Fastify'), '', '', ''],
  ])
}

const issuing = (server, form) => () =>
  runLoad('forms', {
    url: server.token,
    authorization: server.authorization,
    forms: [form],
    seconds: SECONDS,
    connections: CONNECTIONS,
  })

const introspecting = (server) => async () => {
  const forms = [`token=${await obtain(server)}`]
  const { authorization } = server
  return runLoad('forms', {
    url: server.introspection,
    authorization,
    forms,
    seconds: SECONDS,
    connections: CONNECTIONS,
  })
}

const revoking = (server) => async () => {
  const tokens = []
  while (tokens.length < REVOKED_A_ROUND)
    tokens.push(...(await Promise.all(Array.from({ length: CONNECTIONS }, () => obtain(server)))))
  return runLoad('forms', {
    url: server.revocation,
    authorization: server.authorization,
    forms: tokens.map((token) => `token=${token}`),
    connections: CONNECTIONS,
    once: true,
  })
}

/** Each connection has a family of its own, so that no exchange meets another. */
const refreshing = (server) => async () =>
  runLoad('refreshes', {
    url: server.token,
    authorization: server.webAuthorization,
    tokens: (await server.families(FAMILIES)).map(({ refresh }) => refresh),
    seconds: SECONDS,
  })

const asking = (server) => async () => {
  const [{ access }] = await server.families(1)
  const headers = { authorization: `Bearer ${access}` }
  return runLoad('reads', {
    url: server.userinfo,
    headers,
    connections: CONNECTIONS,
    seconds: SECONDS,
    status: 200,
  })
}

const posting = (server) => () =>
  runLoad('forms', {
    url: server.origin,
    authorization: 'none',
    forms: ['token=x'],
    seconds: SECONDS,
    connections: CONNECTIONS,
  })

async function obtain({ token, authorization, opaque }) {
  const response = await fetch(token, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
    body: opaque,
  })
  if (!response.ok) throw new Error(`no token: ${response.status} ${await response.text()}`)
  return (await response.json()).access_token
}

const basic = (id, secret) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
const grant = (resource) =>
  `grant_type=client_credentials&scope=read&resource=${encodeURIComponent(resource)}`

/** One service, and an authorization server for each algorithm, with an API for JWTs and one for opaque tokens. */
async function prepare(rescind) {
  const application = await call(rescind, 'POST', '/api/v1/apps', {
    name: 'oidc_client',
    label: 'bench',
    signOnMode: 'OPENID_CONNECT',
    credentials: { oauthClient: { token_endpoint_auth_method: 'client_secret_basic' } },
    settings: {
      oauthClient: {
        application_type: 'service',
        grant_types: ['client_credentials'],
        response_types: ['token'],
      },
    },
  })
  const { client_id: id, client_secret: secret } = application.credentials.oauthClient
  const web = await createSignIn(rescind)
  const servers = {}
  for (const algorithm of ALGORITHMS) {
    const name = algorithm.toLowerCase()
    const audience = `https://${name}.example.com`
    const server = await call(rescind, 'POST', '/api/v1/authorizationServers', {
      name,
      description: name,
      audiences: [audience],
    })
    await call(rescind, 'PUT', `${NATIVE}/authorization-servers/${server.id}/signing`, { algorithm })
    const api = (identifier, tokenFormat) =>
      call(rescind, 'POST', `${NATIVE}/apis`, {
        identifier,
        name: identifier,
        scopes: ['read'],
        tokenFormat,
        authorizationServerId: server.id,
      })
    await api(`${audience}/jwt`, 'jwt')
    await api(`${audience}/opaque`, 'opaque')
    const base = `${rescind.origin}/oauth2/${server.id}/v1`
    servers[algorithm] = {
      token: `${base}/token`,
      introspection: `${base}/introspect`,
      revocation: `${base}/revoke`,
      userinfo: `${base}/userinfo`,
      webAuthorization: web.authorization,
      families: (howMany) => obtainFamilies(base, web, howMany),
      authorization: basic(id, secret),
      jwt: grant(`${audience}/jwt`),
      opaque: grant(`${audience}/opaque`),
    }
  }
  return servers
}

async function startReferences() {
  const servers = {}
  for (const algorithm of ALGORITHMS) {
    const pair = await generateKeyPair(algorithm, { extractable: true })
    const key = { ...(await exportJWK(pair.privateKey)), alg: algorithm, use: 'sig', kid: randomUUID() }
    const resource = 'https://jwt.example.com'
    const client = {
      client_id: 'bench',
      client_secret: 'bench-secret-bench-secret',
      grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: ['https://client.example.com/callback'],
    }
    const { origin, stop } = await startReference('openid-library', { keys: [key], client, resource })

    servers[algorithm] = {
      stop,
      token: `${origin}/token`,
      introspection: `${origin}/token/introspection`,
      revocation: `${origin}/token/revocation`,
      userinfo: `${origin}/me`,
      authorization: basic(client.client_id, client.client_secret),
      webAuthorization: basic(client.client_id, client.client_secret),
      families: (howMany) =>
        Promise.all(
          Array.from({ length: howMany }, async () => (await fetch(`${origin}/bench/tokens`)).json()),
        ),
      jwt: grant(resource),
      opaque: grant('https://opaque.example.com'),
    }
  }
  servers.bare = await startReference('bare-fastify', {
    headers: { 'content-type': 'application/json' },
    body: '{"active":false}',
  })
  return servers
}
