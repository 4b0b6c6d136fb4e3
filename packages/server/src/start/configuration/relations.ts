import { ConfigurationError } from './configuration-error.ts'
import type { Given } from './read.ts'
import type { VariableName } from './variables.ts'

interface Relation {
  readonly variable: VariableName
  readonly broken: (given: Given) => boolean
  readonly sentence: string
}

const together = (one: VariableName, other: VariableName): Relation => ({
  variable: one,
  broken: (given) => given.has(one) !== given.has(other),
  sentence: `and ${other} must be given together or not at all`,
})

/** Combinations that are each valid alone and mean nothing, or something dangerous, together. */
const RELATIONS: readonly Relation[] = [
  {
    variable: 'RESCIND_MASTER_KEY',
    broken: (given) => given.has('RESCIND_MASTER_KEY') && given.has('RESCIND_MASTER_KEY_FILE'),
    sentence: 'and RESCIND_MASTER_KEY_FILE must not both be given',
  },
  {
    // A key generated beside one node would be unknown to the others, and lost with that node's disk.
    variable: 'RESCIND_DATABASE_URL',
    broken: (given) =>
      given.has('RESCIND_DATABASE_URL') &&
      !given.has('RESCIND_MASTER_KEY') &&
      !given.has('RESCIND_MASTER_KEY_FILE'),
    sentence: 'needs RESCIND_MASTER_KEY or RESCIND_MASTER_KEY_FILE',
  },
  {
    variable: 'RESCIND_PGWIRE_PORT',
    broken: (given) =>
      given.get('RESCIND_PGWIRE_PORT') !== '0' &&
      given.get('RESCIND_PGWIRE_PORT') === given.get('RESCIND_PORT'),
    sentence: 'and RESCIND_PORT must differ',
  },
  {
    variable: 'RESCIND_FEDERATION_ID',
    broken: (given) =>
      given.has('RESCIND_FEDERATION_ID') &&
      given.get('RESCIND_FEDERATION_ID') === given.get('RESCIND_ORG_ID'),
    sentence: 'and RESCIND_ORG_ID must differ',
  },
  together('RESCIND_PGWIRE_TLS_CERT', 'RESCIND_PGWIRE_TLS_KEY'),
  together('RESCIND_ADMIN_PUBLIC_KEY', 'RESCIND_ADMIN_PRIVATE_KEY'),
  together('RESCIND_ADMIN_CLIENT_ID', 'RESCIND_ADMIN_CLIENT_SECRET'),
]

/** @throws ConfigurationError naming the variables of the first combination that is refused */
export function refuseContradictions(given: Given): void {
  for (const { variable, broken, sentence } of RELATIONS) {
    if (broken(given)) throw new ConfigurationError(variable, sentence)
  }
}
