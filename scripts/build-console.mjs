// Builds the console into packages/console/dist, where that is missing or made of other sources. Plain JavaScript,
// because scripts/launch.mjs runs it on a fresh clone.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const CONSOLE = join(ROOT, 'packages', 'console')
const SOURCES = ['index.html', 'package.json', 'public', 'src', 'vite.config.mjs']
/** Which sources the build is of; not among what is served, because its name begins with a dot. */
const STAMP = join(CONSOLE, 'dist', '.built-of')

function filesUnder(path) {
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

/** A digest of everything that the build depends on. */
function sources() {
  const digest = createHash('sha256')
  const files = SOURCES.flatMap((name) =>
    name.includes('.') ? [join(CONSOLE, name)] : filesUnder(join(CONSOLE, name)),
  )
  for (const file of [...files.toSorted(), join(ROOT, 'package-lock.json')])
    digest.update(file.slice(ROOT.length)).update('\0').update(readFileSync(file))
  return digest.digest('hex')
}

function isBuiltOf(wanted) {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted
}

/** Builds where that is due. Its lines go to stderr. @throws Error where it does not build */
export function buildConsole() {
  const wanted = sources()
  if (isBuiltOf(wanted)) return
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js')
  const { status } = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: CONSOLE,
    // Tests set it to something else, of which the bundler would make a build for developers.
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 2, 2],
  })
  if (status !== 0) throw new Error('the console does not build: see above')
  writeFileSync(STAMP, wanted)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) buildConsole()
