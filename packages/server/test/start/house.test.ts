import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { importFaults } from '../../../../scripts/check-imports.ts'
import { objectFaults } from '../../../../scripts/check-objects.ts'
import { VERSION } from '../../src/authority/index.ts'

const ROOT = join(import.meta.dirname, '../../../..')

describe('the house', () => {
  let planted: string
  beforeEach(async () => {
    planted = await mkdtemp(join(tmpdir(), 'rescind-'))
  })
  afterEach(() => rm(planted, { recursive: true }))

  async function plant(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, content] of Object.entries(files)) {
      const path = join(planted, 'packages', name)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, content)
    }
  }

  it('has no import that goes up and no circle', () => {
    expect(importFaults(ROOT)).toEqual([])
  })

  it('merges no outside input', () => {
    expect(objectFaults(ROOT)).toEqual([])
  })

  it('states its version once', async () => {
    const manifest: unknown = JSON.parse(await readFile(join(ROOT, 'packages/server/package.json'), 'utf8'))
    expect(manifest).toMatchObject({ version: VERSION })
  })

  it.each([
    ['up', `import { a } from '../start/a.ts'`, 'server/src/log/b.ts', 'log may not import start'],
    [
      'up, as a type',
      `import type { a } from '../apis/a.ts'`,
      'server/src/keys/b.ts',
      'keys may not import apis',
    ],
    [
      'up, over lines',
      `import {\n  a,\n} from '../log/a.ts'`,
      'server/src/store/b.ts',
      'store may not import log',
    ],
    ['up, by export', `export * from '../keys/a.ts'`, 'server/src/log/b.ts', 'log may not import keys'],
    ['up, when called', `await import('../keys/a.ts')`, 'server/src/log/b.ts', 'log may not import keys'],
    ['between languages', `import { a } from '../atlas/a.ts'`, 'server/src/apis/okta/b.ts', 'wire languages'],
    [
      'into a package by path',
      `import { a } from '../../server/src/log/a.ts'`,
      'core/src/b.ts',
      'by its name',
    ],
    [
      'of a builtin from core',
      `import { join } from 'node:path'`,
      'core/src/b.ts',
      'core may not import node:path',
    ],
    [
      'of the server from the verifier',
      `import 'rescind'`,
      'verifier/src/b.ts',
      'verifier may not import rescind',
    ],
    ['of a folder without a floor', `import { a } from '../log/a.ts'`, 'server/src/attic/b.ts', 'no floor'],
    ['of nothing', `import { a } from './gone.ts'`, 'server/src/log/b.ts', 'does not exist'],
  ])('refuses an import %s', async (_name, source, file, fault) => {
    const targets = ['start', 'apis', 'apis/atlas', 'keys', 'log']
    await plant(
      Object.fromEntries(targets.map((folder) => [`server/src/${folder}/a.ts`, 'export const a = 1'])),
    )
    await plant({ [file]: source })
    expect(importFaults(planted)).toEqual([expect.stringContaining(fault)])
  })

  it('refuses a circle, but not one of types', async () => {
    await plant({
      'server/src/log/a.ts': `import { b } from './b.ts'`,
      'server/src/log/b.ts': `import { c } from './c.ts'`,
      'server/src/log/c.ts': `import { a } from './a.ts'`,
      'server/src/keys/a.ts': `import { b } from './b.ts'`,
      'server/src/keys/b.ts': `import type { a } from './a.ts'`,
    })
    expect(importFaults(planted)).toEqual([expect.stringMatching(/^circle: .*log\/a\.ts → .*log\/b\.ts → /)])
  })

  it.each([
    ['Object.assign(target, source)'],
    ['const a = { ...JSON.parse(text) }'],
    ['const a = { ...(await JSON.parse(text)) }'],
    ['const a = { ...request.body }'],
    ['const a = { id, ...call.request.query }'],
  ])('refuses %s', async (source) => {
    await plant({ 'server/src/log/a.ts': `\n${source}\n` })
    expect(objectFaults(planted)).toEqual([expect.stringContaining('packages/server/src/log/a.ts:2: ')])
  })
})
