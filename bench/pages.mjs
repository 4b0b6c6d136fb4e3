import { setTimeout as sleep } from 'node:timers/promises'
import { createWorld, keptWorld, NATIVE } from './console-world.mjs'
import { DATABASES } from './databases.mjs'
import { call, startRescind } from './rescind.mjs'
import { count, figure, milliseconds, printTable } from './statistics.mjs'

/** An overview is given out again for a second. */
const OVERVIEW_KEPT = 1_050

/** What the pages of the console ask the API for, with a hundred thousand users and a million tokens. */
export async function benchPages(folder, { users = 100_000, tokens = 1_000_000, rounds = 7, world: kept }) {
  const columns = []
  // A cluster of PostgreSQL is gone with the run that started it.
  const databases = kept === undefined ? DATABASES : DATABASES.slice(0, 1)
  for (const database of databases) {
    const { place, world } = await findWorld(folder, database, kept, { users, tokens })
    try {
      const rescind = await startRescind(folder, { home: place })
      try {
        columns.push(await measure(rescind, world, rounds))
      } finally {
        await rescind.stop()
      }
    } finally {
      await place.remove()
    }
  }
  printTable(`What the console asks, ${count(users)} users and ${count(tokens)} tokens`, [
    ['', ...databases.map(({ name }) => name)],
    ...Object.keys(columns[0]).map((name) => [
      name,
      ...columns.map((column) => figure(column[name], milliseconds)),
    ]),
  ])
}

async function findWorld(folder, database, kept, sizes) {
  if (kept !== undefined) return keptWorld(kept, sizes)
  const place = await database.create(folder)
  return { place, world: await createWorld(folder, place, sizes) }
}

function questions({ applications: [most, other], apis: [api], rare, user, lastLogin }) {
  const of = (path, query) => `${path}?${new URLSearchParams({ limit: '100', ...query })}`
  const counted = (path, query) => `${path}/count?${new URLSearchParams(query)}`
  const live = { state: 'live' }
  return {
    overview: '/overview',
    users: of('/users', {}),
    'users by a first name that many have': of('/users', { q: 'grac' }),
    'users by a login that one has': of('/users', { q: lastLogin }),
    'users by what nobody has': of('/users', { q: 'nobody' }),
    'users counted, no filter': counted('/users', {}),
    'users counted, by what nobody has': counted('/users', { q: 'nobody' }),
    'tokens of a user': of('/tokens', { user, ...live }),
    'tokens of a user, revoked': of('/tokens', { user, state: 'revoked' }),
    'tokens of a user, counted': counted('/tokens', { user, ...live }),
    'tokens of an application': of('/tokens', { application: most, ...live }),
    'tokens of an application, revoked': of('/tokens', { application: most, state: 'revoked' }),
    'tokens of an application, counted': counted('/tokens', { application: most, ...live }),
    'tokens of an application at an API': of('/tokens', { application: other, api, ...live }),
    'tokens of an API, refresh, of which it has none': of('/tokens', {
      api: 'https://api-1.bench.example.com',
      kind: 'refresh',
      ...live,
    }),
    'tokens of an authorization server that issued few': of('/tokens', { authorizationServer: rare }),
    applications: of('/applications', {}),
    'applications by what nobody is called': of('/applications', { q: 'nobody' }),
    'sessions of a user': `/users/${user}/sessions`,
    'applications of a user': `/users/${user}/applications`,
    audit: of('/audit', {}),
    revocations: of('/revocations', {}),
    'preview of a user': { type: 'user', id: user },
    'preview of an application with three tenths of the tokens': { type: 'application', id: most },
    'preview of the rare authorization server': { type: 'authorization_server', id: rare },
  }
}

async function measure(rescind, world, rounds) {
  const asked = questions(world)
  const times = Object.fromEntries(Object.keys(asked).map((name) => [name, []]))
  for (let round = 0; round <= rounds; round++)
    for (const [name, question] of Object.entries(asked)) {
      if (question === '/overview') await sleep(OVERVIEW_KEPT)
      const begun = performance.now()
      if (typeof question === 'string') await call(rescind, 'GET', NATIVE + question)
      else await call(rescind, 'POST', `${NATIVE}/revocations/preview`, { target: question })
      // The first warms what every later one finds warm.
      if (round > 0) times[name].push(performance.now() - begun)
    }
  return times
}
