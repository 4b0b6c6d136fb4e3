import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGuard } from '@rescind/verifier/guard'
import { bindPort } from '../../port.ts'
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
  await writeFile(join(folder, 'nginx.conf'), configuration(folder, number, guard.url, backend))
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

/** nginx takes any status but 2xx, 401 and 403 of `auth_request` for an error: 503 is given back its meaning. */
function configuration(folder: string, port: number, guard: string, backend: string): string {
  const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(' ')
  return `daemon off; pid ${folder}/nginx.pid; worker_processes 1; events {}
http { access_log off; ${scratch}
  server { listen 127.0.0.1:${port};
    error_page 500 =503 /unavailable;
    location = /unavailable { internal; return 503; }
    location = /guard { internal; proxy_pass ${guard}; proxy_pass_request_body off;
      proxy_set_header Content-Length ""; }
    location / { auth_request /guard; proxy_pass ${backend}; }
  } }
`
}
