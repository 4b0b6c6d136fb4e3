import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { DEFINITION_OVERLAYS, type JsonSchema, RESPONSE_OVERLAYS, UNLISTED_STATUSES } from './overlay.ts'
import definitions from './schemas/definitions.json' with { type: 'json' }
import operations from './schemas/operations.json' with { type: 'json' }

/** An operation of Okta's Management API by the name that its documents and SDKs use. */
export type OperationId = keyof typeof operations

interface Operation {
  readonly method: string
  /** With `{names}` in the place of ids. */
  readonly path: string
  readonly responses: Readonly<Record<string, JsonSchema | null>>
}

export const OPERATIONS: Readonly<Record<OperationId, Operation>> = operations

const ENVELOPE: JsonSchema = { $ref: 'definitions.json#/$defs/Error', unevaluatedProperties: false }

const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false })
formats.default(ajv)
ajv.addSchema(overlaid())

const validators = new Map<string, ValidateFunction | null>()

/**
 * Holds a response against the published contract of its operation, as `overlay.ts` corrects it.
 *
 * @param body the parsed body; `undefined` for an empty one
 * @throws Error naming each breach: a status that the operation does not have, a wrong or missing member, and a
 *   member that the contract does not know
 */
export function expectContract(operationId: OperationId, status: number, body: unknown): void {
  const where = `${operationId} ${status}`
  let validate = validators.get(where)
  if (validate === undefined) {
    validate = compile(operationId, status)
    validators.set(where, validate)
  }
  if (validate === null) {
    if (body !== undefined) throw new Error(`${where}: the contract has no body, the response has one`)
  } else if (!validate(body)) {
    const breaches = (validate.errors ?? []).map(describe)
    throw new Error(`${where} breaks the contract:\n  ${breaches.join('\n  ')}\n${JSON.stringify(body)}`)
  }
}

function compile(operationId: OperationId, status: number): ValidateFunction | null {
  const replaced = RESPONSE_OVERLAYS.find(({ responses }) =>
    responses.some(([operation, at]) => operation === operationId && at === status),
  )
  if (replaced !== undefined) return ajv.compile(replaced.schema)
  const listed = OPERATIONS[operationId].responses[status]
  if (listed === null) return null
  if (listed !== undefined) return ajv.compile(listed)
  if (UNLISTED_STATUSES[status] === undefined)
    throw new Error(`${operationId}: status ${status} is neither in the contract nor explained`)
  return ajv.compile(ENVELOPE)
}

/** The extracted definitions with their corrections. */
function overlaid(): JsonSchema {
  const $defs: Record<string, JsonSchema> = { ...definitions.$defs }
  for (const overlay of DEFINITION_OVERLAYS) {
    const known = $defs[overlay.definition]
    if (known === undefined) throw new Error(`an overlay for nothing: ${overlay.definition}`)
    const { reason, definition, properties = {}, required = [], rule = {} } = overlay
    $defs[definition] = {
      $comment: reason,
      allOf: [without(known, properties), { properties, required }, rule],
    }
  }
  return { ...definitions, $defs }
}

/** A member that the overlay describes is described by the overlay alone. */
function without(known: JsonSchema, replaced: Readonly<Record<string, JsonSchema>>): JsonSchema {
  if (!isRecord(known.properties)) return known
  const kept = Object.entries(known.properties).filter(([name]) => replaced[name] === undefined)
  return { ...known, properties: Object.fromEntries(kept) }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function describe({ instancePath, message, params }: ErrorObject): string {
  const where = instancePath === '' ? 'the body' : instancePath
  if (typeof params.unevaluatedProperty === 'string')
    return `${where}: unknown member "${params.unevaluatedProperty}"`
  return `${where}: ${message ?? 'invalid'} ${JSON.stringify(params)}`
}
