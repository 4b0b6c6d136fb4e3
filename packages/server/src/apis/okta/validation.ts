import type { TLocalizedValidationError } from 'typebox/error'

/** A request with a thousand faults is told of the first few. */
const MAX_CAUSES = 10
/** Names come from the client; a cause quotes no more of one than this. */
const MAX_NAME = 64

/**
 * One text per member at fault, beginning with its name: `profile.title: must be string`. Never a value. Of the
 * faults of one member the first says what is meant; the others come from the branches of a union.
 */
export function describeFaults(faults: readonly TLocalizedValidationError[]): string[] {
  const texts = new Map<string, string>()
  for (const fault of faults)
    for (const [name, text] of faultsOf(fault)) if (!texts.has(name)) texts.set(name, text)
  return [...texts].slice(0, MAX_CAUSES).map(([name, text]) => (name === '' ? text : `${name}: ${text}`))
}

function faultsOf(fault: TLocalizedValidationError): [name: string, text: string][] {
  const here = memberName(fault.instancePath)
  if (fault.keyword === 'required')
    return fault.params.requiredProperties.map((name) => [join(here, name), 'The field cannot be left blank'])
  if (fault.keyword === 'additionalProperties')
    return fault.params.additionalProperties.map((name) => [join(here, name), 'The field is not known here'])
  if (fault.keyword === 'pattern') return [[here, 'Does not match required pattern']]
  if (fault.keyword === 'enum')
    return [[here, `must be one of ${JSON.stringify(fault.params.allowedValues)}`]]
  if (fault.keyword === 'const') return [[here, `must be ${JSON.stringify(fault.params.allowedValue)}`]]
  // The false schema of an unknown member, which `additionalProperties` names too.
  if (fault.keyword === 'boolean') return []
  return [[here, fault.message]]
}

/** A JSON pointer (RFC 6901) in the dotted form of Okta's messages. */
function memberName(pointer: string): string {
  const name = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join('.')
  return shorten(name)
}

function join(parent: string, name: string): string {
  return shorten(parent === '' ? name : `${parent}.${name}`)
}

function shorten(name: string): string {
  return name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…` : name
}
