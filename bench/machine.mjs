import { execFileSync } from 'node:child_process'
import { closeSync, fdatasyncSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs'
import { arch, availableParallelism, cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { count, median, milliseconds } from './statistics.mjs'

/** The machine and the versions that every figure below belongs to. */
export function describeMachine(folder) {
  const lines = [
    `node ${process.versions.node} (v8 ${process.versions.v8}, sqlite ${process.versions.sqlite}), ${process.platform} ${release()} ${arch()}`,
    `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB, ${fileSystemOf(folder)}`,
    `fastify ${versionOf('fastify')}, pg ${versionOf('pg')}, autocannon ${versionOf('autocannon')}`,
    canPin() ? 'server on core 0, load on core 1' : 'not pinned to cores (no taskset, or one core only)',
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** The command that keeps a process on one core, where that is possible. */
export function onCore(core, command) {
  return canPin() ? ['taskset', '-c', String(core), ...command] : command
}

/** Moves what a process has started, and what that has, to a core; what they start from now on is there as well. */
export function moveChildren(pid, core) {
  if (!canPin()) return
  for (const child of childrenOf(pid)) {
    execFileSync('taskset', ['-acp', String(core), child], { stdio: 'ignore' })
    moveChildren(child, core)
  }
}

/** Appends 4 KiB and waits for the disk, again and again: what one durable commit costs at least. */
export function measureSyncs(folder, milliseconds = 1_000) {
  const file = openSync(join(folder, 'syncs'), 'w')
  const block = Buffer.alloc(4_096, 1)
  const latencies = []
  const end = performance.now() + milliseconds
  try {
    while (performance.now() < end) {
      const start = performance.now()
      writeSync(file, block)
      fdatasyncSync(file)
      latencies.push(performance.now() - start)
    }
  } finally {
    closeSync(file)
  }
  latencies.sort((a, b) => a - b)
  return {
    perSecond: (latencies.length * 1_000) / milliseconds,
    p50: median(latencies),
    p99: latencies[Math.floor(latencies.length * 0.99)],
  }
}

/** Prints how fast the disk under `folder` takes a sync. */
export function printSyncs(folder) {
  const { perSecond, p50, p99 } = measureSyncs(folder)
  process.stdout.write(
    `sync of 4 KiB: ${count(perSecond)}/s, p50 ${milliseconds(p50)}, p99 ${milliseconds(p99)}\n`,
  )
}

/** Resident memory of a process in MB; undefined where there is no /proc. */
export function residentMemory(pid) {
  return statusNumber(pid, /^VmRSS:\s+(\d+) kB$/m, 1 / 1024)
}

/** Processor seconds that a process has used; NaN where there is no /proc. */
export function processorSeconds(pid) {
  try {
    const [, rest] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
    const fields = rest.split(' ')
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return Number.NaN
  }
}

function childrenOf(pid) {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
  )
}

function statusNumber(pid, pattern, factor) {
  try {
    return Number(pattern.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * factor
  } catch {
    return Number.NaN
  }
}

let pinnable
function canPin() {
  pinnable ??= availableParallelism() > 1 && succeeds('taskset', ['-c', '1', 'true'])
  return pinnable
}

function succeeds(command, args) {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function fileSystemOf(folder) {
  try {
    return execFileSync('stat', ['-f', '-c', '%T', folder], { encoding: 'utf8' }).trim()
  } catch {
    return 'unknown file system'
  }
}

function versionOf(name) {
  try {
    const path = new URL(`../node_modules/${name}/package.json`, import.meta.url)
    return JSON.parse(readFileSync(path, 'utf8')).version
  } catch {
    return 'absent'
  }
}
