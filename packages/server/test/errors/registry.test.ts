import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { errorDocument } from '../../../../scripts/write-error-docs.ts'
import { REGISTRY } from '../../src/errors/index.ts'

it('is what docs/errors.md says, no more and no less', async () => {
  const document = await readFile(new URL('../../../../docs/errors.md', import.meta.url), 'utf8')
  expect(document).toBe(errorDocument())
})

it.each(Object.entries(REGISTRY))('says of %s one whole sentence', (code, { log }) => {
  expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/)
  expect(log).toMatch(/^[A-Z].*\.$/)
})
