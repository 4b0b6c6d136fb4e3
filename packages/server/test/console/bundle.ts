import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BuiltFile } from '../../src/apis/console/built-files.ts'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../../..')
const DIST = join(ROOT, 'packages/console/dist')
/** What a browser that is of this decade says. */
const ACCEPTS = 'gzip, deflate, br, zstd'

/** A file as it goes over the wire. */
export interface Sent {
  readonly name: string
  readonly bytes: number
}

/** What is fetched before something can run, in the order of its modules. */
export interface Loaded {
  /** The source of the entry, or of what is loaded later. */
  readonly source: string
  readonly scripts: readonly Sent[]
  readonly styles: readonly Sent[]
}

export interface Bundle {
  /** What every place begins with: the entry, and all that it imports. */
  readonly initial: Loaded
  /** What each place, dialog or editor that is loaded when it is needed adds to that. */
  readonly later: readonly Loaded[]
}

interface Chunk {
  readonly file: string
  readonly src?: string
  readonly isEntry?: boolean
  readonly isDynamicEntry?: boolean
  readonly imports?: readonly string[]
  readonly css?: readonly string[]
}

/** Builds the console where that is due and says what its browser fetches, with sizes as the server sends them. */
export async function readBundle(): Promise<Bundle> {
  const { status } = spawnSync(process.execPath, [join(ROOT, 'scripts/build-console.mjs')], {
    stdio: ['ignore', 2, 2],
  })
  if (status !== 0) throw new Error('the console does not build')
  const manifest: Readonly<Record<string, Chunk>> = JSON.parse(
    readFileSync(join(DIST, '.vite/manifest.json'), 'utf8'),
  )
  const entry = Object.keys(manifest).filter((key) => manifest[key]?.isEntry)
  const initial = closure(manifest, entry)
  const later = Object.keys(manifest)
    .filter((key) => manifest[key]?.isDynamicEntry)
    .map((key) => [key, closure(manifest, [key]).filter((known) => !initial.includes(known))] as const)
  return {
    initial: await loaded(manifest, entry.join(), initial),
    later: await Promise.all(later.map(([key, keys]) => loaded(manifest, key, keys))),
  }
}

export const sizeOf = (files: readonly Sent[]) => files.reduce((sum, { bytes }) => sum + bytes, 0)

/** Chunks, and all that they import at once. */
function closure(manifest: Readonly<Record<string, Chunk>>, keys: readonly string[]): string[] {
  const found = new Set(keys)
  for (const key of found) for (const imported of manifest[key]?.imports ?? []) found.add(imported)
  return [...found]
}

async function loaded(
  manifest: Readonly<Record<string, Chunk>>,
  source: string,
  keys: readonly string[],
): Promise<Loaded> {
  const chunks = keys.flatMap((key) => manifest[key] ?? [])
  const styles = new Set(chunks.flatMap(({ css = [] }) => css))
  return {
    source,
    scripts: await Promise.all(chunks.map(({ file }) => sent(file))),
    styles: await Promise.all([...styles].map(sent)),
  }
}

async function sent(name: string): Promise<Sent> {
  const file = new BuiltFile(name, readFileSync(join(DIST, name)))
  return { name, bytes: (await file.encodedFor(ACCEPTS).body).length }
}
