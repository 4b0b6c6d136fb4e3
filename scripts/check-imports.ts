/**
 * Imports go down. Reads the import specifiers of every source file under `packages` and refuses those that go up,
 * sideways between wire languages, out of a pure package, or round in a circle. CONTRIBUTING.md has the order.
 */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative, sep } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Highest first; folders of one line may use each other as long as no circle arises. */
const SERVER_FLOORS: readonly (readonly string[])[] = [
  ['start'],
  ['apis', 'sql', 'oidc'],
  ['revocation', 'federation'],
  ['tokens', 'keys', 'directory'],
  ['log'],
  ['authority'],
  ['store', 'secrets', 'outbound'],
  ['errors', 'json'],
]

/** What a pure package may import from outside; `core` runs in a browser too, so no `node:` there. */
const OUTSIDE: Readonly<Record<string, readonly RegExp[]>> = {
  core: [/^@noble\/hashes\//],
  verifier: [/^@rescind\/core\//, /^node:/, /^jose$/],
}

interface Import {
  readonly specifier: string
  /** Erased by the compiler: it cannot make a circle at run time. */
  readonly typeOnly: boolean
}

const STATEMENT = /\b(?:import|export)\s+(type\s)?(?:[\w*{}\s,$]+?\sfrom\s+)?['"]([^'"\n]+)['"]/g
const CALL = /\bimport\(\s*['"]([^'"\n]+)['"]/g

function importsOf(source: string): Import[] {
  const code = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
  return [
    ...[...code.matchAll(STATEMENT)].map((match) => ({
      specifier: match[2] ?? '',
      typeOnly: match[1] !== undefined,
    })),
    ...[...code.matchAll(CALL)].map((match) => ({ specifier: match[1] ?? '', typeOnly: false })),
  ]
}

function floorOf(folder: string): number {
  return SERVER_FLOORS.findIndex((floor) => floor.includes(folder))
}

/** What is wrong with one import, or `undefined`. Paths are relative to the root, with forward slashes. */
function judge(file: string, { specifier }: Import, target: string | undefined): string | undefined {
  const [, from = '', , folder = '', language = ''] = file.split('/')
  if (target === undefined) {
    const allowed = OUTSIDE[from]
    const fine = allowed === undefined || allowed.some((pattern) => pattern.test(specifier))
    return fine ? undefined : `${from} may not import ${specifier}`
  }
  const [, to = '', , targetFolder = '', targetLanguage = ''] = target.split('/')
  if (from !== to) return `reach another package by its name, not by ${specifier}`
  if (from !== 'server') return undefined
  const floor = floorOf(folder)
  const targetFloor = floorOf(targetFolder)
  if (floor < 0) return `${folder} has no floor in scripts/check-imports.ts`
  if (targetFloor < floor) return `${folder} may not import ${targetFolder}, which lies above it`
  const bothLanguages = folder === 'apis' && targetFolder === 'apis' && /\.ts$/.test(targetLanguage) === false
  if (bothLanguages && language !== targetLanguage && !/\.ts$/.test(language))
    return `apis/${language} may not import apis/${targetLanguage}: wire languages do not know each other`
  return undefined
}

/** One line for each fault in the packages under `root`; none is good. */
export function importFaults(root: string): string[] {
  const files = globSync('packages/*/src/**/*.{ts,tsx}', { cwd: root }).sort()
  const faults: string[] = []
  const graph = new Map<string, string[]>()
  for (const path of files) {
    const file = path.split(sep).join('/')
    const targets: string[] = []
    for (const found of importsOf(readFileSync(join(root, path), 'utf8'))) {
      const target = found.specifier.startsWith('.')
        ? normalize(join(dirname(path), found.specifier))
            .split(sep)
            .join('/')
        : undefined
      const fault =
        target !== undefined && !existsSync(join(root, target))
          ? `${found.specifier} does not exist`
          : judge(file, found, target)
      if (fault !== undefined) faults.push(`${file}: ${fault}`)
      if (target !== undefined && !found.typeOnly) targets.push(target)
    }
    graph.set(file, targets)
  }
  return [...faults, ...circles(graph)]
}

/** Depth first; a file met again while it is still being visited closes a circle. */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>()
  const found: string[] = []
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file)
    if (start >= 0) found.push(`circle: ${[...path.slice(start), file].join(' → ')}`)
    if (start >= 0 || done.has(file)) return
    for (const target of graph.get(file) ?? []) visit(target, [...path, file])
    done.add(file)
  }
  for (const file of graph.keys()) visit(file, [])
  return found
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const faults = importFaults(join(import.meta.dirname, '..'))
  for (const fault of faults) process.stderr.write(`${fault}\n`)
  if (faults.length > 0) process.exit(1)
  process.stdout.write(
    `imports go down (${relative(process.cwd(), import.meta.dirname) || '.'}/check-imports.ts)\n`,
  )
}
