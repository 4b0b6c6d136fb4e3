import { type Applied, type Frame, LogIndex } from '@rescind/core/log'
import { type Grant, Lease, type Moment } from '../../src/follow/lease.ts'
import type { RunOptions } from './run.ts'

/** A mistake that somebody could make, put in the place of the right part; `remove` puts that back. */
export interface PlantedBug {
  readonly name: string
  readonly options?: RunOptions
  plant(): () => void
}

const NOTHING = () => () => undefined

/** Mistakes of which each breaks the contract, and which the checker must therefore find. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'a lease that starts when the answer is received, not when the acknowledgement was sent',
    plant() {
      const { granted } = Lease.prototype
      Lease.prototype.granted = function (this: Lease, _sent: Moment, grant: Grant, index: LogIndex) {
        return granted.call(this, this.moment(), grant, index)
      }
      return () => {
        Lease.prototype.granted = granted
      }
    },
  },
  {
    name: 'freshness from frames and heartbeats instead of acknowledgements',
    plant() {
      const { advance } = Lease.prototype
      const { granted } = Lease.prototype
      let isInside = false
      Lease.prototype.advance = function (this: Lease, index: LogIndex) {
        if (isInside || this.contract === undefined) return advance.call(this, index)
        isInside = true
        const { maxStaleness, whenStale } = this.contract
        const grant = { head: index.position, view: index.view, maxStaleness, whenStale }
        const isYounger = granted.call(this, this.moment(), grant, index)
        isInside = false
        return isYounger
      }
      return () => {
        Lease.prototype.advance = advance
      }
    },
  },
  {
    name: 'a frame that is applied although one before it is missing',
    plant() {
      const { apply } = LogIndex.prototype
      LogIndex.prototype.apply = function (this: LogIndex, frame: Frame): Applied {
        return apply.call(this, { ...frame, from: Math.min(frame.from, this.seq) })
      }
      return () => {
        LogIndex.prototype.apply = apply
      }
    },
  },
  {
    name: 'what was read from the disk counts as fresh',
    plant() {
      const { advance, granted } = Lease.prototype
      Lease.prototype.advance = function (this: Lease, index: LogIndex) {
        if (this.contract !== undefined) return advance.call(this, index)
        const contract = { maxStaleness: 10_000, whenStale: 'closed' } as const
        return granted.call(
          this,
          this.moment(),
          { head: index.position, view: index.view, ...contract },
          index,
        )
      }
      return () => {
        Lease.prototype.advance = advance
      }
    },
  },
  {
    name: 'an authority that does not ask whether it has what its followers know',
    options: { ignoresDivergence: true },
    plant: NOTHING,
  },
]
