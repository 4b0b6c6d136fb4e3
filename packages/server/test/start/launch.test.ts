import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bindPort } from '../../src/start/port.ts'
import { inheritedEnvironment } from '../support/inherited-environment.ts'

const ROOT = join(import.meta.dirname, '../../../..')

/** What `npm start` runs, built and all. */
describe('the launcher', () => {
  let dataDir: string
  let launched: ChildProcess[]
  let port: number
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'rescind-'))
    launched = []
    port = 0
  })
  afterEach(async () => {
    for (const child of launched) child.kill('SIGKILL')
    await rm(dataDir, { recursive: true, maxRetries: 20 })
  })

  function launch(...words: string[]) {
    const child = spawn(process.execPath, [join(ROOT, 'scripts/launch.mjs'), ...words], {
      cwd: dataDir,
      env: { ...inheritedEnvironment(), RESCIND_PORT: String(port), RESCIND_DATA_DIR: dataDir },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    launched.push(child)
    const text = { out: '', err: '' }
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text.out += chunk
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text.err += chunk
    })
    const closed = once(child, 'close').then(([code]: unknown[]) => code)
    const says = async (stream: 'out' | 'err', pattern: RegExp) => {
      for (let match = pattern.exec(text[stream]); ; match = pattern.exec(text[stream])) {
        if (match !== null) return match[1] ?? ''
        const next = once(child[stream === 'out' ? 'stdout' : 'stderr'], 'data')
        await Promise.race([next, closed.then(() => Promise.reject(new Error(text.err)))])
      }
    }
    return { child, text, closed, says }
  }

  it('shows what the server does, again at a second start, and stops in good order', async () => {
    // One address for both starts: it is part of the issuer's name, and keys are published under that.
    const { number, handle } = await bindPort('127.0.0.1', 0)
    handle.close()
    port = number
    for (const found of ['was created', 'is there from an earlier start']) {
      const { child, text, closed, says } = launch('start')
      await says('err', /Ctrl-C stops the server/)
      expect(text.out.match(/^rescind ready on /gm)).toHaveLength(1)
      expect(text.err).toMatch(new RegExp(`\\d ms {2}the application "Billing \\(demonstration\\)" ${found}`))
      expect(text.err).toMatch(/\d ms {2}a public key was added/)
      expect(text.err).toMatch(/\d ms {2}a rotation was asked for/)
      expect(text.err).toMatch(/\d ms {2}refused by the service with @rescind\/verifier/)
      expect(text.err).toMatch(/still accepted by the service that only polls published keys/)
      expect(text.err.match(/\d ms {2}refused by/g)).toHaveLength(existsSync('/usr/sbin/nginx') ? 2 : 1)
      expect(text.err).not.toContain('cut short')
      child.kill('SIGTERM')
      expect(await closed).toBe(0)
    }
  })

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'stops in good order when the whole group gets %s',
    async (signal) => {
      const { child, closed, says } = launch('start', '--no-demo')
      await says('out', /^rescind ready on (.*)$/m)
      process.kill(-(child.pid ?? 0), signal)
      expect(await closed).toBe(0)
    },
  )

  it('leaves no server behind when it is killed', async () => {
    const { child, says } = launch('start', '--no-demo')
    const url = await says('out', /^rescind ready on (.*)$/m)
    const health = await fetch(`${url}/healthz`, { headers: { connection: 'close' } })
    expect(await health.json()).toEqual({ status: 'alive' })
    child.kill('SIGKILL')
    // The pipe closes when the last process that holds it is gone: the server's.
    await once(child, 'close')
    await expect(fetch(`${url}/healthz`)).rejects.toThrow()
  })

  it.each([[[]], [['deploy']]])('explains itself when called with %j', async (words) => {
    const { text, closed } = launch(...words)
    expect(await closed).toBe(1)
    expect(text).toEqual({ out: '', err: expect.stringMatching(/^usage: /) })
  })
})
