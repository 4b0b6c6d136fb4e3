import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const server = fileURLToPath(new URL('../packages/server', import.meta.url))

/** Set by `--source`: measure the sources as they are, instead of what was built. */
const fromSource = process.env.BENCH_SOURCE === '1'

/** What is measured, in words. */
export const MEASURED = fromSource ? 'packages/server/src' : 'packages/server/dist'

/** A module of the product, by its path without extension. */
export function productModule(path) {
  const file = fromSource ? `${server}/src/${path}.ts` : `${server}/dist/${path}.js`
  if (!existsSync(file))
    throw new Error(`${file} is missing: run npm run build first, or measure with --source`)
  return file
}

/** The arguments with which Node runs the product. */
export const NODE_ARGUMENTS = fromSource ? ['--conditions=rescind-source'] : []

/** A module of the verifier, likewise. */
export function verifierModule(path) {
  const packages = fileURLToPath(new URL('../packages/verifier', import.meta.url))
  const file = fromSource ? `${packages}/src/${path}.ts` : `${packages}/dist/${path}.js`
  if (!existsSync(file))
    throw new Error(`${file} is missing: run npm run build first, or measure with --source`)
  return file
}
