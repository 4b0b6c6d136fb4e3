import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGuard } from '@rescind/verifier/guard'
import { expect, it } from 'vitest'
import { nginxConfiguration } from '../../src/start/demonstration/resource-servers/nginx-configuration.ts'
import { bindPort } from '../../src/start/port.ts'
import { DATABASES } from '../support/databases.ts'
import { openVerifierWorld } from '../support/verifier-world.ts'

const NGINX = '/usr/sbin/nginx'

/** Left out where nginx is not installed, which CI does not let pass. */
const installed = existsSync(NGINX)

it.skipIf(!installed).each(DATABASES)(
  'nginx asks the guard before it lets anything through, on $name',
  async (database) => {
    const world = await openVerifierWorld(database)
    const guard = await startGuard({
      authority: world.nodes.publicUrl,
      credential: world.credential,
      audience: world.api.identifier,
      port: 0,
    })
    const backend = createServer((request, response) => response.end(`for ${request.headers['x-client']}`))
    backend.listen(0, '127.0.0.1')
    await once(backend, 'listening')
    const folder = await mkdtemp(join(tmpdir(), 'rescind-nginx-'))
    const { number: port, handle } = await bindPort('127.0.0.1', 0)
    handle.close()
    await writeFile(
      join(folder, 'nginx.conf'),
      nginxConfiguration({ folder, port, guard: guard.url, backend: `http://127.0.0.1:${portOf(backend)}` }),
    )
    const nginx = spawn(NGINX, ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'], { stdio: 'ignore' })
    const ask = (token?: string) =>
      fetch(`http://127.0.0.1:${port}/orders`, {
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      })
    let up = await ask().catch(() => undefined)
    while (up === undefined) up = await ask().catch(() => undefined)
    expect(up.status).toBe(401)
    const token = await world.token()
    const accepted = await ask(token)
    expect([accepted.status, await accepted.text()]).toEqual([200, `for ${world.service.clientId}`])
    await world.admin.revoke({ type: 'token', token })
    let status = 200
    while (status === 200) ({ status } = await ask(token))
    expect(status).toBe(401)
    await guard.close()
    expect((await ask(await world.token())).status).toBe(503)
    nginx.kill('SIGTERM')
    await once(nginx, 'exit')
    backend.close()
    await world.close()
    await rm(folder, { recursive: true })
  },
)

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
