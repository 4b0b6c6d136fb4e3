/**
 * Extracts what the contract tests need from OpenAPI 3.0 documents: for each operation and status the schema of
 * the response body, as JSON Schema 2020-12, without any prose.
 *
 *   node scripts/extract-contract-schemas.mjs <openapi.yaml or .json>… [--prefix atlas-] [--out <folder>]
 *
 * Writes `operations.json` (operation → method, path, schema by status; null where there is no body) and
 * `definitions.json` (what they refer to), both under the prefix. Where media types name versions
 * (`application/vnd.atlas.2023-01-01+json`) there is a schema for each version: `{ "2023-01-01": … }`. The same input gives the same bytes. A keyword that this script does
 * not know stops it, so that no rule is lost in silence.
 *
 * Objects are closed where they are used (`unevaluatedProperties: false`), not where they are defined: a
 * definition may be one branch of an `allOf`, and only the whole knows all members.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { parse } from 'yaml'

const METHODS = ['get', 'post', 'put', 'patch', 'delete']
/** Prose, samples and hints for other tools; `readOnly` says nothing in a response. */
const DROPPED = new Set([
  'title',
  'description',
  'externalDocs',
  'example',
  'examples',
  'default',
  'readOnly',
  'deprecated',
])
/** Copied as they are: they mean the same in both languages. */
const COPIED = new Set([
  'enum',
  'format',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'uniqueItems',
  'required',
])
const VERSIONED = /^application\/vnd\.[a-z]+\.(\d{4}-\d\d-\d\d|preview)\+json$/

/** One OpenAPI document and the definitions that its responses have reached. */
class Document {
  #source
  #definitionsId
  reached = new Map()

  constructor(path, definitionsId) {
    this.#source = parse(readFileSync(path, 'utf8'))
    this.#definitionsId = definitionsId
  }

  operations() {
    return Object.entries(this.#source.paths).flatMap(([path, item]) =>
      METHODS.filter((method) => item[method] !== undefined).map((method) => [
        item[method].operationId,
        {
          method: method.toUpperCase(),
          path,
          responses: Object.fromEntries(
            Object.entries(item[method].responses).map(([status, response]) => [
              status,
              this.#body(this.#resolve(response)),
            ]),
          ),
        },
      ]),
    )
  }

  #body(response) {
    const types = Object.entries(response.content ?? {})
    if (types.length === 0) return null
    if (types.every(([type]) => VERSIONED.test(type)))
      return Object.fromEntries(
        types.map(([type, { schema }]) => [
          VERSIONED.exec(type)[1],
          schema === undefined ? null : this.#value(schema),
        ]),
      )
    if (types.length > 1 || types[0][0] !== 'application/json') throw new Error('only JSON bodies are known')
    return this.#value(types[0][1].schema)
  }

  /** A schema in the place of a value: closed, when it is an object whose members are all known. */
  #value(schema) {
    const converted = this.#convert(schema)
    return this.#isObject(schema) ? { ...converted, unevaluatedProperties: false } : converted
  }

  #convert(schema) {
    // In OpenAPI 3.0 whatever stands beside a $ref is ignored.
    if (schema.$ref !== undefined) return { $ref: this.#reach(schema.$ref) }
    const branches = schema.allOf?.map((branch) => this.#convert(branch)).filter(saysSomething)
    const out = {}
    for (const [keyword, value] of Object.entries(schema)) {
      if (DROPPED.has(keyword) || keyword.startsWith('x-') || keyword === 'allOf' || keyword === 'nullable')
        continue
      if (COPIED.has(keyword)) out[keyword] = value
      else if (keyword === 'type') {
        if (!contradicts(schema)) out.type = value
      } else if (keyword === 'items') out.items = this.#value(value)
      else if (keyword === 'properties') out.properties = this.#members(value)
      else if (keyword === 'additionalProperties')
        out.additionalProperties = typeof value === 'boolean' ? value : this.#value(value)
      else if (keyword === 'oneOf') Object.assign(out, this.#oneOf(schema))
      // OpenAPI 3.0 makes a bound exclusive by a flag beside it.
      else if (keyword === 'exclusiveMinimum') out.exclusiveMinimum = schema.minimum
      else if (keyword !== 'discriminator') throw new Error(`unknown keyword: ${keyword}`)
    }
    if (branches?.length === 1 && !saysSomething(out)) return branches[0]
    if (branches?.length > 0) out.allOf = branches
    return schema.nullable === true ? nullable(out) : out
  }

  #members(properties) {
    const readable = Object.entries(properties).filter(([, member]) => member.writeOnly !== true)
    return Object.fromEntries(readable.map(([name, member]) => [name, this.#value(member)]))
  }

  /** A discriminator says which branch it is, so the branch is bound to its value. */
  #oneOf({ oneOf, discriminator }) {
    if (discriminator === undefined) return { oneOf: oneOf.map((branch) => this.#convert(branch)) }
    const { propertyName, mapping } = discriminator
    return {
      required: [propertyName],
      oneOf: Object.entries(mapping).map(([value, $ref]) => ({
        $ref: this.#reach($ref),
        properties: { [propertyName]: { const: value } },
      })),
    }
  }

  #isObject(schema) {
    const target = this.#resolve(schema)
    if (target.additionalProperties !== undefined) return false
    const branches = [...(target.allOf ?? []), ...(target.oneOf ?? [])]
    if (branches.some((branch) => this.#resolve(branch).additionalProperties !== undefined)) return false
    return target.properties !== undefined || branches.some((branch) => this.#isObject(branch))
  }

  #reach(reference) {
    const name = reference.split('/').at(-1)
    if (!this.reached.has(name)) {
      this.reached.set(name, undefined)
      this.reached.set(name, this.#convert(this.#resolve({ $ref: reference })))
    }
    return `${this.#definitionsId}#/$defs/${name}`
  }

  #resolve(node) {
    if (node.$ref === undefined) return node
    const [root, ...steps] = node.$ref.split('/')
    if (root !== '#') throw new Error(`a reference out of the document: ${node.$ref}`)
    return this.#resolve(steps.reduce((at, step) => at[step], this.#source))
  }
}

/** A union of texts that calls itself an object: what stands beside the branches is what a generator made of them. */
function contradicts({ type, oneOf = [] }) {
  return oneOf.length > 0 && oneOf.every((branch) => branch.type !== undefined && branch.type !== type)
}

function saysSomething(schema) {
  return Object.keys(schema).length > 0
}

function nullable(schema) {
  if (typeof schema.type !== 'string') return { anyOf: [schema, { type: 'null' }] }
  const out = { ...schema, type: [schema.type, 'null'] }
  if (schema.enum !== undefined) out.enum = [...schema.enum, null]
  return out
}

/** JSON with one member a line, save where a whole value fits on its line: short files whose diffs can be read. */
function print(value, indent = '', used = 0) {
  const flat = JSON.stringify(value)
  if (value === null || typeof value !== 'object' || indent.length + used + flat.length <= 110) return flat
  const inner = `${indent} `
  const lines = Array.isArray(value)
    ? value.map((item) => inner + print(item, inner))
    : Object.entries(value).map(([name, member]) => {
        const label = `${JSON.stringify(name)}: `
        return inner + label + print(member, inner, label.length)
      })
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return `${open}\n${lines.join(',\n')}\n${indent}${close}`
}

/** The union of what the documents say; two that disagree on one name cannot be merged. */
function mergeInto(target, entries) {
  for (const [name, value] of entries) {
    if (target[name] !== undefined && JSON.stringify(target[name]) !== JSON.stringify(value))
      throw new Error(`the documents disagree on ${name}`)
    target[name] = value
  }
}

function sorted(record) {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    prefix: { type: 'string', default: '' },
    out: {
      type: 'string',
      default: fileURLToPath(new URL('../packages/server/test/contract/schemas', import.meta.url)),
    },
  },
})
if (positionals.length === 0) {
  process.stderr.write(
    'usage: node scripts/extract-contract-schemas.mjs <openapi.yaml>… [--prefix <prefix>] [--out <folder>]\n',
  )
  process.exit(2)
}
const definitionsId = `${values.prefix}definitions.json`
const operations = {}
const definitions = {}
for (const path of positionals) {
  const document = new Document(path, definitionsId)
  mergeInto(operations, document.operations())
  mergeInto(definitions, document.reached)
}
const schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: definitionsId,
  $defs: sorted(definitions),
}
writeFileSync(join(values.out, definitionsId), `${print(schema)}\n`)
writeFileSync(join(values.out, `${values.prefix}operations.json`), `${print(operations)}\n`)
process.stdout.write(
  `${Object.keys(operations).length} operations, ${Object.keys(definitions).length} definitions → ${values.out}\n`,
)
