import { WHEN_STALE } from '../../src/follow/options.ts'
import { Authority, type Backup, type Said } from './authority.ts'
import { Chance } from './chance.ts'
import { check } from './checker.ts'
import { type Event, History, type IssuedToken } from './history.ts'
import { Network, type Weather } from './network.ts'
import { Node, type World } from './node.ts'
import { Time } from './time.ts'
import { RESOURCES } from './tokens.ts'

const USERS = ['u1', 'u2', 'u3'] as const
const CLIENTS = ['c1', 'c2'] as const
const SESSIONS = ['s1', 's2', 's3', 's4'] as const
const GRANTS = ['g1', 'g2', 'g3', 'g4'] as const
const CALM: Weather = { loss: 0, duplication: 0, slowness: 0, mischief: 0 }
/** After this long without a fault every node is fresh again, in milliseconds. */
const SETTLING = 45_000

export interface Outcome {
  /** The first violation, if any. */
  readonly violation: string | undefined
  readonly events: readonly Event[]
}

export interface RunOptions {
  /** An authority that does not notice what its database lacks. */
  readonly ignoresDivergence?: boolean
}

/** One life of an authority and some verifiers, with all that can go wrong, by chance from one seed. */
export async function run(seed: number, options: RunOptions = {}): Promise<Outcome> {
  const life = new Life(seed, options)
  await life.live()
  return { violation: check(life.events), events: life.events }
}

class Life {
  readonly #world: World
  readonly #chance: Chance
  readonly #nodes: Node[] = []
  readonly #trouble: number
  /** When tokens for the second API may be presented: once no lease of the narrower view can run. */
  #widenedAt = Number.POSITIVE_INFINITY
  readonly #issued: IssuedToken[] = []
  #backup: Backup | undefined
  #isUnrecovered = false

  constructor(seed: number, { ignoresDivergence = false }: RunOptions) {
    const chance = new Chance(seed)
    const time = new Time()
    const history = new History()
    // Some lives are quiet and some are not.
    this.#trouble = chance.of([0, 0.3, 1, 2])
    const weather = { loss: 0.02, duplication: 0.05, slowness: 0.05, mischief: 0.1 }
    const network = new Network(time, chance, scaled(weather, this.#trouble))
    const contract = { maxStaleness: chance.of([2_000, 5_000, 10_000]), whenStale: chance.of(WHEN_STALE) }
    const authority = new Authority(time, chance, history, contract, ignoresDivergence)
    this.#chance = chance
    this.#world = { chance, time, history, network, authority }
    for (let n = 1; n <= chance.of([1, 2, 3]); n++)
      this.#nodes.push(new Node(`n${n}`, this.#world, chance.happens(0.2) ? 1_500 : undefined))
  }

  get events(): readonly Event[] {
    return this.#world.history.events
  }

  async live(): Promise<void> {
    const { time } = this.#world
    for (const node of this.#nodes) void node.start('kept')
    const steps = 80 + Math.floor(this.#chance.between(0, 120))
    for (let step = 0; step < steps; step++) {
      this.#act()
      await time.pass(
        this.#chance.happens(0.05) ? this.#chance.between(0, 15_000) : this.#chance.between(0, 400),
      )
    }
    await this.#settle()
  }

  #act(): void {
    const { chance } = this.#world
    if (chance.happens(0.06 * this.#trouble)) this.#fault()
    else if (chance.happens(0.6)) this.#present()
    else if (chance.happens(0.5)) void this.#issue()
    else void this.#revoke()
  }

  /** A change, with what would hide it, and whoever it voids presented when that is said to have ended. */
  async #revoke(): Promise<void> {
    const { chance, network, authority, time } = this.#world
    const [node] = this.#oneNode()
    const hidden = chance.between(100, 15_000)
    if (node !== undefined && chance.happens(0.2 * this.#trouble))
      network.stalled.set(node.name, time.now + hidden)
    if (node !== undefined && chance.happens(0.1 * this.#trouble)) this.#cutOff(node, hidden)
    const before = this.#presentable().slice(-12)
    await this.#change().catch(() => undefined)
    const { maxStaleness } = authority.contract
    for (const later of [0, maxStaleness, maxStaleness, maxStaleness])
      time.after(later + chance.between(0, chance.of([50, 500, 4_000])), () => {
        const token = chance.maybe(before)
        for (const each of this.#nodes) if (token !== undefined) void each.verify(token)
      })
  }

  #cutOff({ name }: Node, milliseconds: number): void {
    const { network, time } = this.#world
    network.cutOff.add(name)
    time.after(milliseconds, () => network.cutOff.delete(name))
  }

  #present(): void {
    const token = this.#chance.maybe(this.#presentable())
    if (token === undefined) return
    // The same token at the same moment everywhere, now and then.
    const everywhere = this.#chance.happens(0.3)
    for (const node of everywhere ? this.#nodes : this.#oneNode()) void node.verify(token)
  }

  #presentable(): readonly IssuedToken[] {
    const { time } = this.#world
    const isWide = time.now > this.#widenedAt + 20_000
    return this.#issued.filter(({ resource }) => isWide || resource === RESOURCES[0])
  }

  #oneNode(): readonly Node[] {
    const node = this.#chance.maybe(this.#nodes)
    return node === undefined ? [] : [node]
  }

  async #issue(): Promise<void> {
    const { chance, authority } = this.#world
    const subjects = {
      user: chance.of(USERS),
      client: chance.of(CLIENTS),
      session: chance.of(SESSIONS),
      grant: chance.of(GRANTS),
      resource: chance.of(RESOURCES),
    }
    const token = await authority.issue(subjects, chance.of([20_000, 3_600_000])).catch(() => undefined)
    if (token !== undefined) this.#issued.push(token)
    // A token may be at a resource server before its position is.
    if (token !== undefined && token.resource === RESOURCES[0] && chance.happens(0.5))
      for (const node of this.#oneNode()) void node.verify(token)
  }

  #change(): Promise<void> {
    const { chance, authority } = this.#world
    const token = chance.maybe(this.#issued)
    const [user, client] = [chance.of(USERS), chance.of(CLIENTS)]
    const jti = token?.jti ?? 't0'
    const changes: readonly [() => Promise<void>, ...(() => Promise<void>)[]] = [
      () => this.#say({ kind: 'token.revoked', subject: { token: jti }, data: { class: 'access' } }),
      () => this.#say({ kind: 'token.revoked', subject: { token: jti }, data: { class: 'access' } }),
      () => this.#say({ kind: 'session.revoked', subject: { session: token?.session ?? 's1' }, data: {} }),
      () => this.#say({ kind: 'grant.revoked', subject: { grant: token?.grant ?? 'g1' }, data: {} }),
      () => this.#say({ kind: 'user.revoked', subject: { user }, data: {} }),
      () => this.#say({ kind: 'user.blocked', subject: { user }, data: {} }),
      () => this.#say({ kind: 'user.unblocked', subject: { user }, data: {} }),
      () => this.#say({ kind: 'client.revoked', subject: { client }, data: {} }),
      () => this.#say({ kind: 'user_client.revoked', subject: { user, client }, data: {} }),
      () => this.#say({ kind: 'resource.revoked', subject: { resource: chance.of(RESOURCES) }, data: {} }),
      () => (chance.happens(0.3) ? authority.replaceKey() : authority.note()),
      () => authority.raiseFloor(),
      () => authority.note(),
      () => authority.note(),
      async () => {
        if (this.#widenedAt !== Number.POSITIVE_INFINITY || !authority.isUp) return
        this.#widenedAt = this.#world.time.now
        authority.widenView()
      },
    ]
    return chance.of(changes)()
  }

  /** One change, or several in one transaction. */
  #say(said: Said): Promise<void> {
    return this.#world.authority.change(this.#chance.happens(0.1) ? [said, said] : [said])
  }

  #fault(): void {
    const { chance, authority, time } = this.#world
    const [node] = this.#oneNode()
    if (node === undefined) return
    const restart = () => {
      if (!node.isRunning) void node.start(chance.of(['kept', 'kept', 'lost', 'damaged']))
    }
    const faults: readonly [() => void, ...(() => void)[]] = [
      () => this.#cutOff(node, chance.between(100, 30_000)),
      () => {
        node.kill()
        const down = chance.between(10, 15_000)
        if (chance.happens(0.5)) this.#cutOff(node, down + chance.between(0, 15_000))
        time.after(down, restart)
      },
      () => node.stop(chance.between(500, 20_000), chance.happens(0.5)),
      () => node.setWallClock(chance.between(-600_000, 600_000)),
      () => node.setDiskFull(chance.happens(0.5)),
      () => {
        if (!authority.isUp) return
        authority.kill()
        time.after(chance.between(50, 10_000), () => authority.start())
      },
      () => {
        if (this.#backup === undefined || chance.happens(0.2)) this.#backup = authority.backup()
        else this.#restore()
      },
    ]
    chance.of(faults)()
  }

  /** From yesterday's backup. Recovery is mandatory; the operator may take a while to see that. */
  #restore(): void {
    const { chance, authority, time } = this.#world
    const backup = this.#backup
    if (backup === undefined || this.#isUnrecovered) return
    this.#backup = undefined
    this.#isUnrecovered = true
    authority.restore(backup)
    if (chance.happens(0.5)) this.#recover()
    else time.after(chance.between(100, 40_000), () => this.#recover())
  }

  #recover(): void {
    if (this.#isUnrecovered) this.#world.authority.recover()
    this.#isUnrecovered = false
  }

  /** All faults end; a while later every node is fresh and judges as the log does. */
  async #settle(): Promise<void> {
    const { time, network, authority, chance } = this.#world
    network.weather = CALM
    // What is on its way by now still arrives, and what was planned still happens.
    await time.pass(20_000)
    network.cutOff.clear()
    network.stalled.clear()
    if (!authority.isUp) authority.start()
    if (this.#isUnrecovered) this.#recover()
    for (const node of this.#nodes) {
      node.setWallClock(0)
      node.setDiskFull(false)
      if (!node.isRunning) void node.start('kept')
    }
    await time.pass(SETTLING)
    void this.#issue()
    await time.pass(5_000)
    for (const node of this.#nodes)
      for (const token of chance.happens(0.5) ? this.#presentable() : this.#presentable().slice(-20))
        void node.verify(token, true)
    await time.pass(5_000)
  }
}

function scaled({ loss, duplication, slowness, mischief }: Weather, by: number): Weather {
  return { loss: loss * by, duplication: duplication * by, slowness: slowness * by, mischief: mischief * by }
}
