/** Whether a query has a switch on. Of any other spelling the route's own reader complains. */
function isOn(query: unknown, name: string): boolean {
  if (typeof query !== 'object' || query === null) return false
  return Object.getOwnPropertyDescriptor(query, name)?.value === 'true'
}

/** `envelope=true`: the status stands in the body, for clients that cannot see it. */
export function wantsEnvelope(query: unknown): boolean {
  return isOn(query, 'envelope')
}

/** `pretty=true`: the body is for people. */
export function wantsPretty(query: unknown): boolean {
  return isOn(query, 'pretty')
}
