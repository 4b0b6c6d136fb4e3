import SerializerSelector from '@fastify/fast-json-stringify-compiler'
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import { lazily } from '../json/lazily.ts'

/**
 * The compilers of routes' schemas, which take half of the time from starting to being ready: each of the thousands of
 * schemas, most of them of errors that never happen, is compiled when something is first to be validated or written by
 * it. What it costs then is a millisecond of one request.
 */
export const lazyValidators: typeof TypeBoxValidatorCompiler = (route) =>
  whenCalled(() => TypeBoxValidatorCompiler(route))

export const lazySerializers: SerializerSelector.SerializerFactory = (...options) => {
  const compile = SerializerSelector()(...options)
  return (route) => whenCalled(() => compile(route))
}

function whenCalled<Arguments extends unknown[], Result>(
  make: () => (...given: Arguments) => Result,
): (...given: Arguments) => Result {
  const made = lazily(make)
  return (...given) => made()(...given)
}
