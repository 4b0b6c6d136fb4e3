import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { ATLAS_OVERLAYS, UNLISTED_ATLAS_STATUSES } from './atlas-overlay.ts'
import type { JsonSchema } from './overlay.ts'
import definitions from './schemas/atlas-definitions.json' with { type: 'json' }
import operations from './schemas/atlas-operations.json' with { type: 'json' }

/** An operation of the Atlas Administration API by the name that its description uses. */
export type AtlasOperationId = keyof typeof operations

interface Operation {
  readonly method: string
  /** With `{names}` in the place of ids. */
  readonly path: string
  /** By status: the schema, or one for each version of the resource. */
  readonly responses: Readonly<Record<string, JsonSchema>>
}

export const ATLAS_OPERATIONS: Readonly<Record<AtlasOperationId, Operation>> = operations

const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false })
formats.default(ajv)
ajv.addFormat('int32', true)
ajv.addFormat('int64', true)
ajv.addSchema({ ...definitions, $defs: overlaid(definitions.$defs) })

const validators = new Map<string, ValidateFunction | null>()

/**
 * Holds a response against the published contract of its operation, as `atlas-overlay.ts` corrects it.
 *
 * @param contentType the header, which names the version
 * @param body the parsed body; `undefined` for an empty one
 * @throws Error naming each breach
 */
export function expectAtlasContract(
  operationId: AtlasOperationId,
  status: number,
  contentType: string,
  body: unknown,
): void {
  const [, version = ''] = /^application\/vnd\.atlas\.([\w-]+)\+json;charset=utf-8$/.exec(contentType) ?? []
  const where = `${operationId} ${status} ${version}`
  let validate = validators.get(where)
  if (validate === undefined) {
    const schema = schemaOf(operationId, status, version)
    validate = schema === null ? null : ajv.compile(schema)
    validators.set(where, validate)
  }
  if (validate === null) {
    if (body !== undefined) throw new Error(`${where}: the contract has no body, the response has one`)
  } else if (!validate(body)) {
    const breaches = (validate.errors ?? []).map(describe)
    throw new Error(`${where} breaks the contract:\n  ${breaches.join('\n  ')}\n${JSON.stringify(body)}`)
  }
}

function schemaOf(operationId: AtlasOperationId, status: number, version: string): JsonSchema | null {
  const listed = ATLAS_OPERATIONS[operationId].responses[status]
  if (status >= 400) {
    if (listed === undefined && UNLISTED_ATLAS_STATUSES[status] === undefined)
      throw new Error(`${operationId}: status ${status} is neither in the contract nor explained`)
    return { $ref: 'atlas-definitions.json#/$defs/ApiError', unevaluatedProperties: false }
  }
  const schema = Object.getOwnPropertyDescriptor(listed ?? {}, version)?.value
  if (schema === undefined) throw new Error(`${operationId}: no ${status} of version ${version}`)
  return isSchema(schema) ? schema : null
}

/** The extracted definitions with their corrections. */
function overlaid(all: Readonly<Record<string, JsonSchema>>): Record<string, JsonSchema> {
  const $defs: Record<string, JsonSchema> = { ...all }
  for (const { reason, definition, properties, union } of ATLAS_OVERLAYS) {
    const known = $defs[definition]
    if (known === undefined) throw new Error(`an overlay for nothing: ${definition}`)
    const before = isSchema(known.properties) ? known.properties : {}
    const { oneOf, ...rest } = known
    $defs[definition] = {
      ...rest,
      ...(oneOf === undefined ? {} : { [union ?? 'oneOf']: oneOf }),
      $comment: reason,
      properties: { ...before, ...properties },
    }
  }
  return $defs
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function describe({ instancePath, message, params }: ErrorObject): string {
  const where = instancePath === '' ? 'the body' : instancePath
  if (typeof params.unevaluatedProperty === 'string')
    return `${where}: unknown member "${params.unevaluatedProperty}"`
  return `${where}: ${message ?? 'invalid'} ${JSON.stringify(params)}`
}
