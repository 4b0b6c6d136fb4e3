import { setTimeout as sleep } from 'node:timers/promises'
import { createWorld, NATIVE } from './console-world.mjs'
import { DATABASES } from './databases.mjs'
import { call, startRescind } from './rescind.mjs'
import { count, figure, milliseconds, printTable } from './statistics.mjs'

/** An overview is given out again for a second. */
const OVERVIEW_KEPT = 1_050

/** What the pages of the console ask the API for, with a hundred thousand users and a million tokens. */
export async function benchPages(folder, { users = 100_000, tokens = 1_000_000, rounds = 7 }) {
  const columns = []
  for (const database of DATABASES) {
    const place = await database.create(folder)
    try {
      const world = await createWorld(folder, place, { users, tokens })
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
    ['', ...DATABASES.map(({ name }) => name)],
    ...Object.keys(columns[0]).map((name) => [
      name,
      ...columns.map((column) => figure(column[name], milliseconds)),
    ]),
  ])
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
    revocations: of('/revocations', {}),
    'preview of a user': { type: 'user', id: user },
    'preview of an application with three tenths of the tokens': { type: 'application', id: most },
    'preview of the rare authorization server': { type: 'authorization_server', id: rare },
  }
}

export async function measure(rescind, world, rounds) {
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
