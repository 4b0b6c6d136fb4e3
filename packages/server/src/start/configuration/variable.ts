import { isIP } from 'node:net'
import { type TSchema, Type } from '@fastify/type-provider-typebox'

/** One variable of the environment: which text it takes, in a schema and in words. */
export interface Variable {
  readonly schema: TSchema
  /** Completes "RESCIND_… must …". It never repeats the value, which may be a secret. */
  readonly must: string
  /** For the document: what it does, in one sentence. */
  readonly about: string
  /** What an absent variable means, as text. */
  readonly byDefault?: string
}

type Words = Pick<Variable, 'about' | 'byDefault'>

export function text(must: string, pattern: RegExp, words: Words): Variable {
  return { schema: Type.String({ pattern: pattern.source }), must, ...words }
}

/** Text that a function judges, where a pattern would be unreadable. */
export function judged(must: string, holds: (value: string) => boolean, words: Words): Variable {
  return { schema: Type.Refine(Type.String(), holds), must, ...words }
}

/** A number without sign, fraction or leading zero. */
export function wholeNumber(min: number, max: number, words: Words): Variable {
  const holds = (value: string) =>
    /^(0|[1-9][0-9]{0,9})$/.test(value) && Number(value) >= min && Number(value) <= max
  return judged(`be a whole number from ${min} to ${max}`, holds, words)
}

export function oneOf(values: readonly string[], words: Words): Variable {
  return judged(`be one of ${values.join(', ')}`, (value) => values.includes(value), words)
}

/** `<scheme>://<host>[:port]` and nothing behind it. */
export function isOrigin(value: string): boolean {
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) return false
  return new URL(value).origin === value
}

/** A comma-separated list of addresses, or ranges in CIDR notation. */
export function areAddresses(value: string): boolean {
  return value.split(',').every((part) => {
    const [address = '', bits, ...rest] = part.trim().split('/')
    const version = isIP(address)
    if (version === 0 || rest.length > 0) return false
    return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
  })
}
