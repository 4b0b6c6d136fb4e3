import type { TLocalizedValidationError } from 'typebox/error'

/** A request with a thousand faults is told of the first few. */
const MAX_CAUSES = 10
/** Names come from the client; a cause quotes no more of one than this. */
const MAX_NAME = 64

/** One text per fault, each beginning with the member's name: `profile.login: must be string`. Never a value. */
export function describeFaults(faults: readonly TLocalizedValidationError[]): string[] {
  const texts = new Set<string>()
  for (const fault of faults) {
    if (texts.size >= MAX_CAUSES) break
    for (const [name, text] of faultsOf(fault)) texts.add(name === '' ? text : `${name}: ${text}`)
  }
  return [...texts].slice(0, MAX_CAUSES)
}

function faultsOf(fault: TLocalizedValidationError): [name: string, text: string][] {
  const here = memberName(fault.instancePath)
  if (fault.keyword === 'required')
    return fault.params.requiredProperties.map((name) => [join(here, name), 'The field cannot be left blank'])
  if (fault.keyword === 'additionalProperties')
    return fault.params.additionalProperties.map((name) => [join(here, name), 'The field is not known here'])
  // The faults of the false schema and of each branch say the same again, less clearly.
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
