import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { delimiter, extname, join } from 'node:path'
import { Type } from 'typebox'
import type { DemonstrationClient } from './client.ts'
import { type Role, readAddress } from './resource-servers/role.ts'

const CLUSTERS = '/api/rescind/v1/clusters'
const Cluster = Type.Object({ id: Type.String(), name: Type.String() })
const Clusters = Type.Object({ items: Type.Array(Cluster) })
const Credential = Type.Object({ credential: Type.String() })
const Nothing = Type.Unknown()

/** A service that takes access tokens, as the story tells of it. */
export interface ResourceServer {
  readonly kind: Role['kind']
  /** What it is, as the middle of a sentence. */
  readonly about: string
  readonly url: string
}

/** What the clusters are called at the authority, where they stay to be looked at. */
const KINDS: readonly { readonly kind: Role['kind']; readonly name: string; readonly about: string }[] = [
  { kind: 'sdk', name: 'orders (demonstration)', about: 'the service with @rescind/verifier in it' },
  {
    kind: 'proxied',
    name: 'orders behind nginx (demonstration)',
    about: 'the service behind nginx and rescind guard',
  },
  {
    kind: 'polling',
    name: 'old orders (demonstration)',
    about: 'the service that only polls published keys (jose)',
  },
]

export interface FleetOptions {
  readonly client: DemonstrationClient
  /** Where the authority is reached from here. */
  readonly origin: string
  readonly issuer: string
  readonly audience: string
}

/** Starts the resource servers, each in a process of its own that ends with this one. */
export async function startFleet(options: FleetOptions): Promise<readonly ResourceServer[]> {
  const nginx = await findProgram('nginx')
  const { items } = (await options.client.call('GET', `${CLUSTERS}?limit=1000`, Clusters)).body
  const started = KINDS.filter(({ kind }) => kind !== 'proxied' || nginx !== undefined).map(
    async ({ kind, name, about }) => {
      const credential = await newCluster(options, kind, name, items)
      const { origin: authority, issuer, audience } = options
      const program = nginx === undefined ? {} : { program: nginx }
      return { kind, about, url: await start({ kind, authority, issuer, audience, credential, ...program }) }
    },
  )
  return Promise.all(started)
}

/** A cluster of this start. The one of an earlier start goes, with its credentials and the nodes that are no more. */
async function newCluster(
  { client, audience }: FleetOptions,
  kind: Role['kind'],
  name: string,
  known: readonly { readonly id: string; readonly name: string }[],
): Promise<string> {
  for (const { id } of known.filter((cluster) => cluster.name === name))
    await client.call('DELETE', `${CLUSTERS}/${id}`, Nothing)
  const contract =
    kind === 'polling'
      ? { class: 'unmanaged', verifierProfile: { library: 'jose', cacheSeconds: 600 } }
      : { class: 'connected' }
  const { id } = (await client.call('POST', CLUSTERS, Cluster, { name, apis: [audience], ...contract })).body
  return (await client.call('POST', `${CLUSTERS}/${id}/credentials`, Credential)).body.credential
}

async function start(role: Role): Promise<string> {
  const program = join(import.meta.dirname, 'resource-servers', `main${extname(import.meta.filename)}`)
  // Nothing of the authority's own environment, which may hold its keys.
  const child = fork(program, { env: {}, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  child.unref()
  const address = nextMessage(child)
  child.send(role)
  const url = readAddress(await address)
  // What only waits for messages must not keep this process alive.
  child.channel?.unref()
  return url
}

async function nextMessage(child: ChildProcess): Promise<unknown> {
  const early = new AbortController()
  const ended = once(child, 'exit', { signal: early.signal }).then(([code]: unknown[]) => {
    throw new Error(`a resource server of the demonstration ended with ${code}`)
  })
  const said = once(child, 'message').then(([message]: unknown[]) => message)
  try {
    return await Promise.race([said, ended])
  } finally {
    ended.catch(() => undefined)
    early.abort()
  }
}

/** Debian keeps servers where the path of a person does not lead. */
async function findProgram(name: string): Promise<string | undefined> {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  for (const folder of folders.filter((each) => each !== '')) {
    const file = join(folder, name)
    const runs = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (runs) return file
  }
  return undefined
}
