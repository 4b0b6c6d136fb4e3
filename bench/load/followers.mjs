/**
 * Work: many followers of a log in one process, each with a stream of server-sent events and, where they acknowledge,
 * requests over a connection of its own; or with a WebSocket for both. They speak the protocol of verifiers and
 * keep no index: what is measured is the authority. Driven by messages from the process that started it: `follow`,
 * then `watch` before each revocation.
 */
import { connect } from 'node:net'
import { decodeFrame, decodeSnapshot, formatPosition } from '@rescind/core/log'

const {
  origin,
  credential,
  followers: howMany,
  acknowledge,
  bare,
  socket: byWebSocket,
  stagger,
} = JSON.parse(process.env.BENCH_LOAD)
const { hostname, port } = new URL(origin)
const API = '/api/rescind/v1/log'
const REGISTRATIONS = 32
const now = () => performance.timeOrigin + performance.now()

/** What is being waited for: when each follower has applied it, and had it acknowledged. */
let watched
const followers = []

/** Frames are the same for all who share a view: read once. */
let lastText = ''
let lastFrame
function frameOf(text, bytes = () => Buffer.from(text, 'base64url')) {
  if (text !== lastText) {
    const { incarnation, to, from, digest, log } = decodeFrame(bytes())
    lastFrame = {
      seq: to,
      isNews: to > from,
      digest,
      position: formatPosition({ log, incarnation, seq: to }),
    }
    lastText = text
  }
  return lastFrame
}

function open() {
  const socket = connect(Number(port), hostname)
  socket.setNoDelay(true)
  socket.on('error', (cause) => process.send({ type: 'trouble', cause: cause.message }))
  return socket
}

/** What a follower does, whatever it is connected by. */
class Follower {
  constructor(token) {
    this.token = token
  }

  apply(seq, isNews, position, digest) {
    if (!isNews) return
    if (watched !== undefined && seq >= watched.seq) watched.applied.push(now())
    if (acknowledge) this.acknowledge(seq, position, digest)
    else settle()
  }

  /** One is under way at a time, and what comes meanwhile is acknowledged right after it. */
  acknowledge(seq, position, digest) {
    if (this.pending !== undefined) {
      this.later = [seq, position, digest]
      return
    }
    this.pending = seq
    this.say(JSON.stringify({ position, digest }))
  }

  acknowledged() {
    const { pending, later } = this
    this.pending = this.later = undefined
    if (watched !== undefined && pending >= watched.seq) watched.acknowledged.push(now())
    settle()
    if (later !== undefined) this.acknowledge(...later)
  }
}

/** Server-sent events, and a request for each acknowledgement. */
class Requesting extends Follower {
  /** Resolves with the first event. */
  follow(query) {
    const socket = open()
    socket.setEncoding('latin1')
    socket.write(
      `GET ${bare ? '/' : API + query} HTTP/1.1\r\nhost: ${hostname}\r\naccept: text/event-stream\r\nauthorization: Bearer ${this.token}\r\n\r\n`,
    )
    let text = ''
    return new Promise((resolve) => {
      socket.on('data', (chunk) => {
        text += chunk
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          const data = /^data: (.*)$/m.exec(text.slice(0, end))?.[1]
          text = text.slice(end + 2)
          if (data === undefined) continue
          if (bare) this.apply(Number(data), true)
          else this.receive(data)
          resolve()
        }
      })
      socket.on('close', () => process.send({ type: 'trouble', cause: 'a stream ended' }))
    })
  }

  receive(data) {
    const { seq, isNews, position, digest } = frameOf(data)
    this.apply(seq, isNews, position, digest)
  }

  say(body) {
    this.requests ??= this.openRequests()
    this.requests.write(
      `POST ${API}/ack HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Bearer ${this.token}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
  }

  openRequests() {
    const socket = open()
    socket.setEncoding('latin1')
    socket.on('data', (chunk) => {
      if (chunk.startsWith('HTTP/1.1 200')) this.acknowledged()
      else if (chunk.startsWith('HTTP/1.1')) process.send({ type: 'trouble', cause: chunk.slice(0, 400) })
    })
    return socket
  }
}

/** One WebSocket (RFC 6455 section 5.2). Nothing is masked with anything but zeros: nobody here looks on. */
class Socketed extends Follower {
  follow(query) {
    this.socket = open()
    this.socket.write(
      `GET ${bare ? '/' : API + query} HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Bearer ${this.token}\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${btoa('0'.repeat(16))}\r\n\r\n`,
    )
    let rest = Buffer.alloc(0)
    let isOpen = false
    return new Promise((resolve) => {
      this.socket.on('data', (chunk) => {
        rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
        if (!isOpen) {
          const end = rest.indexOf('\r\n\r\n')
          if (end < 0) return
          isOpen = true
          rest = rest.subarray(end + 4)
        }
        for (let message = next(rest); message !== undefined; message = next(rest)) {
          rest = rest.subarray(message.end)
          this.take(message)
          resolve()
        }
      })
      this.socket.on('close', () => process.send({ type: 'trouble', cause: 'a connection ended' }))
    })
  }

  take({ kind, payload }) {
    if (kind === BINARY && bare) this.apply(Number.parseInt(payload.latin1Slice(), 10), true, ...LIKE_OURS)
    else if (kind === BINARY) {
      const { seq, isNews, position, digest } = frameOf(payload.latin1Slice(), () => payload)
      this.apply(seq, isNews, position, digest)
    } else if (kind === TEXT && payload.latin1Slice(0, 8) === '{"head":') this.acknowledged()
    else process.send({ type: 'trouble', cause: payload.toString() })
  }

  say(body) {
    const header = Buffer.from([0x80 | TEXT, 0x80 | 126, body.length >> 8, body.length & 0xff, 0, 0, 0, 0])
    this.socket.write(Buffer.concat([header, Buffer.from(body)]))
  }
}

/** A position and a digest as long as real ones. */
const LIKE_OURS = ['6'.repeat(30), '7'.repeat(64)]
const TEXT = 1
const BINARY = 2

/** The first message of what has arrived; `undefined` while it is not all there. */
function next(bytes) {
  if (bytes.length < 2) return undefined
  const kind = bytes[0] & 0x0f
  const short = bytes[1]
  if (short === 126 && bytes.length < 4) return undefined
  const start = short === 126 ? 4 : 2
  const end = start + (short === 126 ? bytes.readUInt16BE(2) : short)
  return bytes.length < end ? undefined : { kind, payload: bytes.subarray(start, end), end }
}

function settle() {
  const done = acknowledge ? watched?.acknowledged : watched?.applied
  if (done?.length !== howMany) return
  const { applied, acknowledged } = watched
  watched = undefined
  process.send({ type: 'settled', applied, acknowledged })
}

async function register() {
  const response = await fetch(`${origin}${API}/nodes`, {
    method: 'POST',
    headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
    body: '{}',
  })
  return (await response.json()).nodeToken
}

async function start() {
  let query = ''
  if (!bare) {
    const reply = await fetch(`${origin}${API}/snapshot`, {
      headers: { authorization: `Bearer ${credential}` },
    })
    const snapshot = decodeSnapshot(new Uint8Array(await reply.arrayBuffer()))
    query = `?after=${formatPosition(snapshot)}&view=${snapshot.view}&digest=${snapshot.digest}`
  }
  for (let done = 0; done < howMany; done += REGISTRATIONS) {
    const group = Array.from({ length: Math.min(REGISTRATIONS, howMany - done) }, async () => {
      const token = acknowledge ? await register() : credential
      const follower = byWebSocket ? new Socketed(token) : new Requesting(token)
      followers.push(follower)
      await follower.follow(query)
    })
    await Promise.all(group)
  }
  if (acknowledge) setInterval(beat, stagger).unref()
}

/** Periodic acknowledgements, as verifiers send them: a few at a time, all of them within the span. */
let nextToBeat = 0
function beat() {
  const { position, digest, seq } = lastFrame ?? {}
  if (position === undefined) return
  followers[nextToBeat++ % howMany]?.acknowledge(seq, position, digest)
}

process.on('message', async ({ type, seq }) => {
  if (type === 'follow') {
    await start()
    process.send({ type: 'following' })
  } else if (type === 'watch') {
    watched = { seq, applied: [], acknowledged: [] }
    process.send({ type: 'watching' })
  } else process.exit(0)
})
