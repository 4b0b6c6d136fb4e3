import type { TLocalizedValidationError } from 'typebox/error'
import { type AtlasRefusal, refusal } from './errors/refusal.ts'

/** Names come from the client; a text quotes no more of one than this. */
const MAX_NAME = 64

/** The refusal of a body for the first member at fault: one that is missing, unknown, or not what it should be. */
export function refusalOfBody(body: unknown, faults: readonly TLocalizedValidationError[]): AtlasRefusal {
  for (const fault of faults) {
    const here = nameOf(fault.instancePath)
    if (fault.keyword === 'required')
      return refusal('MISSING_ATTRIBUTE', join(here, fault.params.requiredProperties[0] ?? ''))
    if (fault.keyword === 'additionalProperties')
      return refusal('INVALID_ATTRIBUTE', join(here, fault.params.additionalProperties[0] ?? ''))
    if (fault.keyword === 'enum') return refusal('INVALID_ENUM_VALUE', quoted(valueAt(body, fault)))
    if (fault.keyword === 'type') return refusal('INVALID_JSON_ATTRIBUTE', here)
    // The false schema of an unknown member, which `additionalProperties` names too.
    if (fault.keyword !== 'boolean') return refusal('INVALID_ATTRIBUTE', here)
  }
  return refusal('MALFORMED_JSON')
}

/** What stands where a JSON pointer (RFC 6901) leads to. */
function valueAt(body: unknown, { instancePath }: TLocalizedValidationError): unknown {
  let value = body
  for (const step of steps(instancePath)) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Object.getOwnPropertyDescriptor(value, step)?.value
  }
  return value
}

function steps(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function nameOf(pointer: string): string {
  return shorten(steps(pointer).join('.'))
}

function join(parent: string, name: string): string {
  return shorten(parent === '' ? name : `${parent}.${name}`)
}

function quoted(value: unknown): string {
  return shorten(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
}

function shorten(text: string): string {
  return text.length > MAX_NAME ? `${text.slice(0, MAX_NAME)}…` : text
}
