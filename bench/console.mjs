import { existsSync } from 'node:fs'
import { loadavg } from 'node:os'
import { readBundle, sizeOf } from '../packages/server/test/console/bundle.ts'
import { openChromium } from '../packages/server/test/oidc/pages/chromium.ts'
import { watchPage } from './console-watch.mjs'
import { createWorld, keptWorld, OPERATOR } from './console-world.mjs'
import { DATABASES } from './databases.mjs'
import { startRescind } from './rescind.mjs'
import { count, figure, interleave, median, milliseconds, printTable } from './statistics.mjs'
import { longestTask, paints, read, slowestEvent } from './trace.mjs'

const CHROMIUM = '/usr/bin/chromium'
const TRACED = ['loading', 'devtools.timeline', 'blink.user_timing', 'disabled-by-default-devtools.timeline']
const ROWS = 10_000
const kilobytes = (bytes) => `${(bytes / 1_000).toFixed(1)} kB`

/**
 * What the console weighs, and what a person waits for in it: paints and interactions by Chromium's own trace, with a
 * hundred thousand users and a million tokens. Each round of the paints is a browser that has nothing of it yet.
 */
export async function benchConsole(folder, { users = 100_000, tokens = 1_000_000, rounds = 5, world: kept }) {
  printBundle(await readBundle())
  if (!existsSync(CHROMIUM)) {
    process.stdout.write(`${CHROMIUM} is not installed: paints and interactions are not measured\n`)
    return
  }
  const { place, world } = await findWorld(folder, kept, { users, tokens })
  const browser = await openChromium()
  try {
    const rescind = await startRescind(folder, { home: place })
    try {
      await measureInBrowser(browser, rescind, world, { users, tokens, rounds })
    } finally {
      await rescind.stop()
    }
  } finally {
    await browser.close()
    await place.remove()
  }
}

async function findWorld(folder, kept, sizes) {
  if (kept !== undefined) return keptWorld(kept, sizes)
  const [database] = DATABASES
  const place = await database.create(folder)
  return { place, world: await createWorld(folder, place, sizes) }
}

/** Prints paints and interactions of a world that a server serves. */
export async function measureInBrowser(browser, rescind, world, { users, tokens, rounds }) {
  process.stdout.write(
    `\nChromium ${browser.version()}, ${count(users)} users, ${count(tokens)} tokens, load ${loadavg()[0].toFixed(1)}\n`,
  )
  const console = { browser, url: `${rescind.origin.replace('127.0.0.1', 'localhost')}/console/` }
  const state = await signIn(console)
  await printPaints({ ...console, state }, world, rounds)
  await printInteractions({ ...console, state }, world, rounds)
  process.stdout.write(`load ${loadavg()[0].toFixed(1)} afterwards\n`)
}

function printBundle({ initial, later }) {
  const row = ({ source, scripts, styles }) => [source, kilobytes(sizeOf(scripts)), kilobytes(sizeOf(styles))]
  printTable('What the console weighs, compressed as it is sent', [
    ['', 'scripts', 'styles'],
    ['at first, everywhere', ...row(initial).slice(1)],
    ...later.map((one) => row({ ...one, source: `more at ${one.source.replace(/^src\//, '')}` })),
  ])
}

async function signIn({ browser, url }) {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(url)
  await page.getByRole('link', { name: 'Sign in' }).click()
  await page.getByLabel('Username').fill(OPERATOR.login)
  await page.getByLabel('Password').fill(OPERATOR.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.locator('#page-title').waitFor()
  const state = await context.storageState()
  await context.close()
  return state
}

/** Opens a place in a browser that is signed in and has nothing of it yet, and hands over the trace of `work`. */
async function traced({ browser, url, state }, at, work) {
  const context = await browser.newContext({ storageState: state, viewport: { width: 1440, height: 900 } })
  try {
    const page = await context.newPage()
    await page.addInitScript(watchPage)
    const begin = () => browser.startTracing(page, { categories: TRACED })
    return await work(page, {
      open: () => page.goto(url + at),
      begin,
      end: async () => read(await browser.stopTracing()),
    })
  } finally {
    await context.close()
  }
}

const ROW = '[role=table] [role=row][aria-rowindex="2"]'

async function printPaints(console, { user }, rounds) {
  const places = {
    Overview: ['', '.lines .line-time'],
    Users: ['users', ROW],
    'Tokens of a user': [`users/${user}?tab=tokens`, ROW],
    Revocations: ['revocations', ROW],
  }
  const paint = ([at, shown]) =>
    traced(console, at, async (page, { open, begin, end }) => {
      await begin()
      await open()
      await page.locator(shown).first().waitFor()
      const shownAt = await page.evaluate((selector) => globalThis.bench.shown(selector), shown)
      await page.waitForLoadState('networkidle')
      return { ...paints(await end()), shown: shownAt }
    })
  const results = await interleave(
    rounds,
    Object.fromEntries(Object.entries(places).map(([name, place]) => [name, () => paint(place)])),
  )
  const cells = (name) =>
    ['first', 'largest', 'shown'].map((part) =>
      figure(
        results[name].map((one) => one[part]),
        milliseconds,
      ),
    )
  printTable('From opening a place, with nothing cached', [
    ['', 'first contentful paint', 'largest contentful paint', 'its rows are there'],
    ...Object.keys(places).map((name) => [name, ...cells(name)]),
  ])
}

async function printInteractions(console, { applications: [most] }, rounds) {
  const results = await interleave(rounds, {
    search: () => search(console),
    scroll: () => scroll(console),
    preview: () => preview(console, most),
  })
  const of = (name, part) => results[name].map((one) => one[part])
  const rows = median(of('scroll', 'rows'))
  printTable('Interactions', [
    ['', 'until it is there', 'slowest event, to its next paint'],
    [
      'search users: last key → their rows',
      figure(of('search', 'took'), milliseconds),
      figure(of('search', 'event'), milliseconds),
    ],
    [
      `scroll ${count(rows)} users`,
      figure(of('scroll', 'took'), milliseconds),
      `longest task ${figure(of('scroll', 'task'), milliseconds)}`,
    ],
    [
      'Revoke All Tokens of an application: click → dialog',
      figure(of('preview', 'dialog'), milliseconds),
      figure(of('preview', 'event'), milliseconds),
    ],
    ['the same: click → what it hits', figure(of('preview', 'took'), milliseconds), ''],
  ])
}

/** Types a name; the search begins 200 ms after the last key. */
function search(console) {
  return traced(console, 'users', async (page, { open, begin, end }) => {
    await open()
    await page.locator(ROW).waitFor()
    await page.waitForLoadState('networkidle')
    await page.getByRole('searchbox').first().click()
    await begin()
    await page.evaluate(() =>
      globalThis.bench.from('keydown', '[role=table]:not([data-stale]) [aria-rowindex="2"]', 'Grace'),
    )
    await page.keyboard.type('grac', { delay: 60 })
    const took = await page.evaluate(() => globalThis.bench.took())
    return { took, event: slowestEvent(await end(), /^key/) }
  })
}

/** To the end of what is loaded, again and again, as fast as rows come. */
function scroll(console) {
  return traced(console, 'users', async (page, { open, begin, end }) => {
    await open()
    await page.locator(ROW).waitFor()
    await page.waitForLoadState('networkidle')
    await begin()
    const { took, rows } = await page.evaluate((wanted) => globalThis.bench.scroll(wanted), ROWS)
    return { took, rows, task: longestTask(await end()) }
  })
}

function preview(console, application) {
  return traced(console, `applications/${application}`, async (page, { open, begin, end }) => {
    await open()
    const button = page.getByRole('button', { name: 'Revoke All Tokens' })
    await button.waitFor()
    await page.waitForLoadState('networkidle')
    await begin()
    await page.evaluate(() =>
      globalThis.bench.from('pointerdown', '.preview[aria-busy=false]', '', '[role=dialog]'),
    )
    await button.click()
    const took = await page.evaluate(() => globalThis.bench.took())
    const dialog = await page.evaluate(() => globalThis.bench.tookBefore())
    return { took, dialog, event: slowestEvent(await end(), /^(pointer|mouse|click)/) }
  })
}
