import { ATLAS_OPERATIONS, type AtlasOperationId, expectAtlasContract } from '../contract/atlas.ts'
import type { AtlasCredential, AtlasReply, TestAtlas } from '../support/atlas.ts'

export interface CallOptions {
  readonly as?: AtlasCredential
  readonly body?: unknown
  readonly query?: string
  /** A version's date; the newest of the operation when left out. */
  readonly version?: string
}

/** Calls operations by their names, with curl, and holds whatever is answered against the contract. */
export class ContractClient {
  readonly #atlas: TestAtlas
  readonly #credential: AtlasCredential
  /** `<operation> <status>` of every answer so far. */
  readonly seen = new Set<string>()

  constructor(atlas: TestAtlas, credential: AtlasCredential) {
    this.#atlas = atlas
    this.#credential = credential
  }

  async call(
    operation: AtlasOperationId,
    ids: readonly string[] = [],
    { as = this.#credential, body, query = '', version = newest(operation) }: CallOptions = {},
  ): Promise<AtlasReply> {
    const { method, path } = ATLAS_OPERATIONS[operation]
    const waiting = ids.values()
    const filled = path.replaceAll(/\{\w+\}/g, () => encodeURIComponent(waiting.next().value ?? 'missing'))
    const type = `application/vnd.atlas.${version}+json`
    const sent =
      body === undefined ? [] : ['-H', `Content-Type: ${type}`, '--data-binary', JSON.stringify(body)]
    const reply = await this.#atlas.curl(
      `${filled}${query}`,
      ...['-X', method, '-H', `Accept: ${type}`, ...sent, ...as],
    )
    const contentType = reply.headers.get('content-type') ?? ''
    expectAtlasContract(operation, reply.status, contentType, reply.body)
    this.seen.add(`${operation} ${reply.status}`)
    return reply
  }

  /** The body of an operation that succeeds. */
  async get(...parameters: Parameters<ContractClient['call']>): Promise<AtlasReply['body']> {
    const reply = await this.call(...parameters)
    if (reply.status >= 300) throw new Error(`${parameters[0]}: ${reply.status} ${reply.text}`)
    return reply.body
  }

  /** The code of an operation that is refused, with its status: `404 GROUP_NOT_FOUND`. */
  async refused(...parameters: Parameters<ContractClient['call']>): Promise<string> {
    const { status, body, headers } = await this.call(...parameters)
    if (status < 400) throw new Error(`${parameters[0]}: ${status}`)
    if (headers.get('x-error-code') !== body.errorCode) throw new Error('the header tells another code')
    return `${status} ${body.errorCode}`
  }
}

function newest(operation: AtlasOperationId): string {
  const { responses } = ATLAS_OPERATIONS[operation]
  const success = responses[200] ?? responses[201] ?? responses[204] ?? {}
  return (
    Object.keys(success)
      .filter((version) => version !== 'preview')
      .sort()
      .at(-1) ?? ''
  )
}
