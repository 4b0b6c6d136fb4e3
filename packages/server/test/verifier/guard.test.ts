import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DATABASES } from '../support/databases.ts'
import { inheritedEnvironment } from '../support/inherited-environment.ts'
import { openVerifierWorld, type VerifierWorld } from '../support/verifier-world.ts'

const MAIN = join(import.meta.dirname, '../../src/start/main.ts')

describe.each(DATABASES)('rescind guard on $name', (database) => {
  let world: VerifierWorld
  beforeAll(async () => {
    world = await openVerifierWorld(database)
  })
  afterAll(() => world.close())

  const start = (...words: string[]) =>
    spawn(process.execPath, ['--conditions=rescind-source', MAIN, 'guard', ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...inheritedEnvironment(), RESCIND_CLUSTER_CREDENTIAL: world.credential },
    })

  it('answers 204 with the claims, 401, 403, and 401 again for what was revoked; then ends', async () => {
    const common = ['--authority', world.nodes.publicUrl, '--audience', world.api.identifier, '--port', '0']
    const [open, narrow] = [start(...common), start(...common, '--scope', 'orders:write')]
    const urls = await Promise.all(
      [open, narrow].map(async (child) => {
        for await (const line of createInterface({ input: child.stdout })) {
          const url = /^rescind guard ready on (\S+)$/.exec(line)?.[1]
          if (url !== undefined) return url
        }
        throw new Error('the guard ended')
      }),
    )
    const ask = (url = '', token?: string) =>
      fetch(`${url}/any/path`, {
        method: 'POST',
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      })
    const token = await world.token()
    const accepted = await ask(urls[0], token)
    expect([accepted.status, accepted.headers.get('x-rescind-client')]).toEqual([204, world.service.clientId])
    const claims = Buffer.from(accepted.headers.get('x-rescind-claims') ?? '', 'base64url').toString()
    expect(JSON.parse(claims)).toMatchObject({ aud: world.api.identifier })
    expect([(await ask(urls[0])).status, (await ask(urls[1], token)).status]).toEqual([401, 403])
    await world.admin.revoke({ type: 'token', token })
    let status = 204
    while (status === 204) ({ status } = await ask(urls[0], token))
    expect(status).toBe(401)
    for (const child of [open, narrow]) {
      child.kill('SIGTERM')
      expect((await once(child, 'exit'))[0]).toBe(0)
    }
  })

  it('answers 503 where the authority cannot be reached', async () => {
    const taken = createServer((_, response) => response.writeHead(500).end())
    taken.listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const address = taken.address()
    const authority = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    const child = start('--authority', authority, '--audience', 'a', '--port', '0')
    const [line] = await once(createInterface({ input: child.stdout }), 'line')
    const reply = await fetch(String(line).split(' ').at(-1) ?? '', {
      headers: { authorization: 'Bearer a.b.c' },
    })
    expect(reply.status).toBe(503)
    child.kill('SIGTERM')
    await once(child, 'exit')
    taken.close()
  })

  it('says what is missing', async () => {
    const child = start('--authority', world.nodes.publicUrl, '--port', '0')
    const said = await child.stderr.setEncoding('utf8').toArray()
    expect(said.join('')).toContain('--audience is missing')
  })
})
