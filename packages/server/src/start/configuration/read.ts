import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { Value } from 'typebox/value'
import { ConfigurationError } from './configuration-error.ts'
import { VARIABLES, type VariableName } from './variables.ts'

/** The variables that were given, each one checked; a default stands in where there is one. */
export type Given = ReadonlyMap<VariableName, string>

export type Environment = Readonly<Record<string, string | undefined>>

const NAMES = Object.keys(VARIABLES) as readonly VariableName[]

/**
 * Reads every variable from the environment, then from `RESCIND_CONFIG_FILE`, then from its default. An empty one
 * counts as absent, which is what compose files and unit files mean by it.
 *
 * @throws ConfigurationError naming the first variable that does not fit its schema, or that nobody knows
 */
export function readVariables(environment: Environment): Given {
  const path = checked('RESCIND_CONFIG_FILE', environment.RESCIND_CONFIG_FILE)
  const file = path === undefined ? {} : readFile(path)
  const given = new Map<VariableName, string>()
  for (const name of NAMES) {
    const value = checked(name, environment[name]) ?? checked(name, file[name]) ?? defaultOf(name)
    if (value !== undefined) given.set(name, value)
  }
  return given
}

/** Names that begin like ours and mean nothing to this release: spelling mistakes, or a newer release's. */
export function unknownVariables(environment: Environment): readonly string[] {
  const known: ReadonlySet<string> = new Set(NAMES)
  return Object.keys(environment).filter((name) => name.startsWith('RESCIND_') && !known.has(name))
}

function readFile(path: string): Environment {
  let content: Environment
  try {
    content = parseEnv(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new ConfigurationError('RESCIND_CONFIG_FILE', `names a file that cannot be read: ${path}`, cause)
  }
  const [unknown] = unknownVariables(content)
  if (unknown !== undefined)
    throw new ConfigurationError(unknown, `is not a variable of this release (${path})`)
  return content
}

function checked(name: VariableName, value: string | undefined): string | undefined {
  if (value === undefined || value === '') return undefined
  if (!Value.Check(VARIABLES[name].schema, value)) {
    throw new ConfigurationError(name, `must ${VARIABLES[name].must}`)
  }
  return value
}

function defaultOf(name: VariableName): string | undefined {
  const variable = VARIABLES[name]
  return 'byDefault' in variable ? variable.byDefault : undefined
}
