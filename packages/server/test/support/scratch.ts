import { statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'

const MEMORY = '/dev/shm'
/** Of free memory, in bytes: a run takes less than one of them. */
const PLENTY = 4 * 2 ** 30

/**
 * Where the databases of tests lie: in memory where a system has plenty to mount. They are as durable there as anywhere
 * against what tests do to them, which is to kill processes, and every sync is still asked for.
 */
export function scratch(): string {
  try {
    const { bavail, bsize } = statfsSync(MEMORY)
    return bavail * bsize > PLENTY ? MEMORY : tmpdir()
  } catch {
    return tmpdir()
  }
}
