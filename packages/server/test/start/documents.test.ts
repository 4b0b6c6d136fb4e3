import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inheritedEnvironment } from '../support/inherited-environment.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'

const ROOT = join(import.meta.dirname, '../../../..')
const DOCUMENTS = ['README.md', ...globSync('docs/*.md', { cwd: ROOT }).sort()]
const PROGRAMS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  js: [process.execPath, '--input-type=module', '--eval'],
  sh: ['bash', '-euo', 'pipefail', '-c'],
}

interface Example {
  readonly place: string
  readonly language: string
  readonly code: string
}

/** Blocks whose fence says `run`: they are promises, and are kept by running them. */
function examplesOf(document: string): Example[] {
  const content = readFileSync(join(ROOT, document), 'utf8')
  return [...content.matchAll(/^```(\w+) run\n(.*?)^```$/gms)].map((match) => ({
    place: `${document}:${content.slice(0, match.index).split('\n').length}`,
    language: match[1] ?? '',
    code: match[2] ?? '',
  }))
}

describe('the documents', () => {
  let server: ServerProcess
  let dataDir: string
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'rescind-'))
    server = await startServer({ dataDir })
  })
  afterAll(async () => {
    await server.end('SIGTERM')
    await rm(dataDir, { recursive: true })
  })

  it.each(DOCUMENTS.flatMap(examplesOf))('$place does what it shows', async ({ language, code }) => {
    const [program, ...words] = PROGRAMS[language] ?? []
    if (program === undefined) throw new Error(`nothing here runs ${language}`)
    const child = spawn(program, [...words, code.replaceAll('http://localhost:8080', server.url)], {
      cwd: ROOT,
      env: { ...inheritedEnvironment(), HOME: dataDir, ...Object.fromEntries(server.credentials) },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let complaints = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaints += text
    })
    const [exit] = await once(child, 'close')
    expect({ exit, complaints }).toEqual({ exit: 0, complaints: '' })
  })

  it('have an example on the first screen', () => {
    expect(examplesOf('README.md').map(({ language }) => language)).toEqual(['js', 'sh'])
  })

  it('link to what is there', () => {
    for (const document of DOCUMENTS) {
      const content = readFileSync(join(ROOT, document), 'utf8')
      for (const [, target = ''] of content.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g))
        expect(globSync(target, { cwd: join(ROOT, document, '..') }), `${document} → ${target}`).toHaveLength(
          1,
        )
    }
  })

  it('argue every dependency, and none that is gone', () => {
    const manifests = ['package.json', ...globSync('packages/*/package.json', { cwd: ROOT })]
    const used = manifests.flatMap((path) => {
      const manifest: unknown = JSON.parse(readFileSync(join(ROOT, path), 'utf8'))
      return ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
        Object.keys((typeof manifest === 'object' && manifest !== null && Reflect.get(manifest, kind)) || {}),
      )
    })
    const [argued = ''] = readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8').split('## Written by hand')
    const rows = [...argued.matchAll(/^\| (`.*?`) \|/gm)].flatMap((row) => row[1]?.split(', ') ?? [])
    expect(rows.map((name) => name.slice(1, -1)).sort()).toEqual([...new Set(used)].sort())
  })
})
