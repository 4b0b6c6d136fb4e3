import { expect, it } from 'vitest'
import { readBundle, type Sent, sizeOf } from './bundle.ts'

const MOST = 250_000
/** Its editor is the one large thing that is loaded where it is used, and nowhere else. */
const EDITOR = /SqlPage/

it('begins with less than 250 kB of compressed scripts, whatever place it is opened at', async () => {
  const { initial, later } = await readBundle()
  const pages = later.filter(({ source }) => /^src\/pages\/.*Page\.tsx$/.test(source))
  expect(pages.length).toBeGreaterThan(10)
  expect(sizeOf(initial.scripts)).toBeGreaterThan(50_000)
  const tooLarge = pages
    .filter(({ source }) => !EDITOR.test(source))
    .map(({ source, scripts }) => ({ source, scripts: [...initial.scripts, ...scripts] }))
    .filter(({ scripts }) => sizeOf(scripts) >= MOST)
    .map(({ source, scripts }) => `${source}: ${sizeOf(scripts)} B\n${lines(scripts)}`)
  expect(tooLarge.join('\n')).toBe('')
  expect(initial.scripts.filter(({ name }) => EDITOR.test(name))).toEqual([])
})

const lines = (files: readonly Sent[]) =>
  files
    .toSorted((one, other) => other.bytes - one.bytes)
    .map(({ name, bytes }) => `  ${bytes} B ${name}`)
    .join('\n')
