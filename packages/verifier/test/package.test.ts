import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../../..')
const ENTRIES = ['.', './edge', './fastify', './express', './hono', './http']

/** What users install: the packed packages, unpacked into a project of their own, beside nothing but what they name. */
describe('the packages as they are published', () => {
  let project: string
  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), 'rescind-pack-'))
    // Built into a folder of its own, so that nobody else's build is taken for this one.
    for (const name of ['core', 'verifier']) await pack(name)
    await writeFile(join(project, 'package.json'), '{"type":"module"}')
    for (const dependency of ['@noble/hashes', 'jose']) {
      const place = join(project, 'node_modules', dependency)
      await mkdir(dirname(place), { recursive: true })
      await symlink(join(ROOT, 'node_modules', dependency), place)
    }
  })
  afterAll(() => rm(project, { recursive: true }))

  async function pack(name: string): Promise<void> {
    const source = join(ROOT, 'packages', name)
    const staged = join(project, 'staged', name)
    await mkdir(staged, { recursive: true })
    await writeFile(join(staged, 'package.json'), await readFile(join(source, 'package.json')))
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc')
    const config = join(staged, 'tsconfig.json')
    const paths = { '@rescind/core/*': [join(project, 'staged/core/dist/*/index.d.ts')] }
    const options = {
      composite: false,
      incremental: false,
      customConditions: [],
      rootDir: join(source, 'src'),
      outDir: 'dist',
      paths,
      typeRoots: [join(ROOT, 'node_modules/@types')],
    }
    await writeFile(
      config,
      JSON.stringify({
        extends: join(source, 'tsconfig.json'),
        compilerOptions: options,
        include: [join(source, 'src')],
        references: [],
      }),
    )
    await run(process.execPath, [compiler, '-p', config])
    await run('npm', ['pack', '--pack-destination', project], { cwd: staged })
    const [tarball = ''] = (await readdir(project)).filter((file) => file.startsWith(`rescind-${name}-`))
    const place = join(project, 'node_modules/@rescind', name)
    await mkdir(place, { recursive: true })
    await run('tar', ['-xzf', join(project, tarball), '-C', place, '--strip-components', '1'])
  }

  async function evaluate(code: string): Promise<string> {
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], { cwd: project })
    return stdout.trim()
  }

  it.each(ENTRIES)('can be imported: %s', async (entry) => {
    const name = `@rescind/verifier${entry.slice(1)}`
    expect(await evaluate(`console.log(Object.keys(await import('${name}')).sort().join())`)).toMatch(
      /createVerifier|requireToken|verifyRequest/,
    )
  })

  it('refuse options that cannot be meant, and are stale where there is no authority', async () => {
    const code = `
      import { createVerifier, VerifierError } from '@rescind/verifier'
      const usual = { authority: 'http://127.0.0.1:1', credential: 'c', audience: 'a', startTimeout: 1 }
      const faults = [{ authority: 'nowhere' }, { credential: '' }, { audience: [] }, { maxStaleness: 0 }, { whenStale: 'maybe' }]
      for (const fault of faults) console.log((await createVerifier({ ...usual, ...fault }).catch((e) => e)).name)
      const verifier = await createVerifier(usual)
      const refusal = await verifier.verify('a.b.c').catch((e) => e)
      console.log(refusal instanceof VerifierError, refusal.code, verifier.position, verifier.staleness)
      await verifier.close()`
    expect(await evaluate(code)).toBe(`${'TypeError\n'.repeat(5)}true stale  Infinity`)
  })

  it('have no module of Node behind the edge entry', async () => {
    const seen = new Set<string>()
    const visit = async (file: string): Promise<void> => {
      if (seen.has(file)) return
      seen.add(file)
      const source = await readFile(file, 'utf8')
      expect(source, file).not.toMatch(/from ['"](node:|fs|crypto)|require\(|\bBuffer\b|\bprocess\./)
      for (const [, specifier = ''] of source.matchAll(/from ['"](\.[^'"]+)['"]/g))
        await visit(join(dirname(file), specifier))
    }
    await visit(join(project, 'node_modules/@rescind/verifier/dist/edge.js'))
    expect(seen.size).toBeGreaterThan(10)
  })

  it('hold nothing but what was built', async () => {
    const files = await readdir(join(project, 'node_modules/@rescind/verifier'))
    expect(files.sort()).toEqual(['dist', 'package.json'])
  })
})
