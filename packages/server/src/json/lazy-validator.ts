import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'

/**
 * What gives the validator of a schema, compiled when it is first asked for: an authority has hundreds of them, most are
 * not needed soon, and compiling all of them took a tenth of its start.
 */
export function lazyValidator(schema: TSchema) {
  const compile = () => Compile(schema)
  let compiled: ReturnType<typeof compile> | undefined
  return () => {
    compiled ??= compile()
    return compiled
  }
}
