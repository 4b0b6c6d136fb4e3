import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onCore } from './machine.mjs'
import { NODE_ARGUMENTS } from './product.mjs'

export const SERVER_CORE = 0
export const LOAD_CORE = 1

/** Starts one of the reference servers; resolves when it listens. */
export async function startReference(name, response) {
  const script = fileURLToPath(new URL(`./reference/${name}.mjs`, import.meta.url))
  const child = start(SERVER_CORE, [process.execPath, script], { BENCH_RESPONSE: JSON.stringify(response) })
  const port = await firstLine(child)
  return { pid: child.pid, origin: `http://127.0.0.1:${port}`, stop: () => stop(child) }
}

/** Runs a load generator, or work without a server, to its end and gives what it printed. */
export async function runLoad(name, order, core = LOAD_CORE) {
  const script = fileURLToPath(new URL(`./load/${name}.mjs`, import.meta.url))
  const child = start(core, [process.execPath, ...NODE_ARGUMENTS, script], {
    BENCH_LOAD: JSON.stringify(order),
  })
  const exit = once(child, 'exit')
  const output = await child.stdout.setEncoding('utf8').toArray()
  const [code] = await exit
  if (code !== 0) throw new Error(`load ${name} failed`)
  return JSON.parse(output.join(''))
}

/** Starts many followers of a log in a process that is told by messages what to do. */
export function startFollowers(order) {
  const script = fileURLToPath(new URL('./load/followers.mjs', import.meta.url))
  const [file, ...args] = onCore(LOAD_CORE, [process.execPath, ...NODE_ARGUMENTS, script])
  return spawn(file, args, {
    env: { ...process.env, BENCH_LOAD: JSON.stringify(order) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
}

/** Starts a process on the core of the servers. What it logs goes nowhere, at the cost of writing it. */
export function startServer(command, environment) {
  return start(SERVER_CORE, command, environment, 'ignore')
}

/** Resolves with the first line of stdout that matches; rejects when the process ends before. */
export async function firstLine(child, pattern = /./) {
  try {
    for await (const line of createInterface({ input: child.stdout })) if (pattern.test(line)) return line
    throw new Error(`ended without saying ${pattern}`)
  } finally {
    child.stdout.resume()
  }
}

/** Asks a process to end and waits until it has. */
export async function stop(child) {
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
}

function start(core, command, environment, stderr = 'inherit') {
  const [file, ...args] = onCore(core, command)
  return spawn(file, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', stderr],
  })
}
