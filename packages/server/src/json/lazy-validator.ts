import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { lazily } from './lazily.ts'

/**
 * What gives the validator of a schema, compiled when it is first asked for: an authority has hundreds of them, most are
 * not needed soon, and compiling all of them took a tenth of its start.
 */
export function lazyValidator(schema: TSchema) {
  return lazily(() => Compile(schema))
}
