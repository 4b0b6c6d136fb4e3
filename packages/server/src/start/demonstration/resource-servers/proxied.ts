import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGuard } from '@rescind/verifier/guard'
import { bindPort } from '../../port.ts'
import { nginxConfiguration } from './nginx-configuration.ts'
import type { Role } from './role.ts'
import { giveOrders, listen } from './serve-orders.ts'

/** A service that knows nothing of tokens, behind nginx, which asks the guard about every request. */
export async function proxied({ authority, credential, audience, program }: Role): Promise<string> {
  if (program === undefined) throw new TypeError('where is nginx?')
  const guard = await startGuard({ authority, credential, audience, port: 0 })
  const backend = await listen(giveOrders)
  const { number, handle } = await bindPort('127.0.0.1', 0)
  handle.close()
  const folder = await mkdtemp(join(tmpdir(), 'rescind-demonstration-'))
  await writeFile(
    join(folder, 'nginx.conf'),
    nginxConfiguration({ folder, port: number, guard: guard.url, backend }),
  )
  const nginx = spawn(program, ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'], { stdio: 'ignore' })
  const end = () => {
    nginx.kill('SIGTERM')
    void rm(folder, { recursive: true, force: true })
  }
  process.once('exit', () => nginx.kill('SIGTERM'))
  process.prependOnceListener('disconnect', end)
  const url = `http://127.0.0.1:${number}`
  while ((await fetch(url).catch(() => undefined)) === undefined) {
    if (nginx.exitCode !== null) throw new Error(`nginx ended with ${nginx.exitCode}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return url
}
