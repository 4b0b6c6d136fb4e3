/**
 * Work: many followers of a log in one process, each with a stream and, where they acknowledge, a connection of its own for that.
 * They speak the protocol of verifiers and keep no index: what is measured is the authority. Driven by messages from
 * the process that started it: `follow`, then `watch` before each revocation.
 */
import { connect } from 'node:net'
import { decodeFrame, decodeSnapshot, formatPosition } from '@rescind/core/log'

const {
  origin,
  credential,
  followers: howMany,
  acknowledge,
  bare,
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
function frameOf(text) {
  if (text !== lastText) {
    const { incarnation, to, from, digest, log } = decodeFrame(Buffer.from(text, 'base64url'))
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
  socket.setEncoding('latin1')
  socket.on('error', (cause) => process.send({ type: 'trouble', cause: cause.message }))
  return socket
}

class Follower {
  constructor(token) {
    this.token = token
    this.text = ''
    this.socket = open()
  }

  /** Resolves with the first event. */
  follow(query) {
    this.socket.write(
      `GET ${bare ? '/' : API + query} HTTP/1.1\r\nhost: ${hostname}\r\naccept: text/event-stream\r\nauthorization: Bearer ${this.token}\r\n\r\n`,
    )
    return new Promise((resolve) => {
      this.socket.on('data', (chunk) => {
        this.text += chunk
        for (let end = this.text.indexOf('\n\n'); end >= 0; end = this.text.indexOf('\n\n')) {
          const event = this.text.slice(0, end)
          this.text = this.text.slice(end + 2)
          const data = /^data: (.*)$/m.exec(event)?.[1]
          if (data === undefined) continue
          this.apply(data)
          resolve()
        }
      })
      this.socket.on('close', () => process.send({ type: 'trouble', cause: 'a stream ended' }))
    })
  }

  apply(data) {
    const { seq, isNews, position, digest } = bare ? { seq: Number(data), isNews: true } : frameOf(data)
    if (!isNews) return
    if (watched !== undefined && seq >= watched.seq) watched.applied.push(now())
    if (acknowledge) this.acknowledge(seq, position, digest)
    else settle()
  }

  acknowledge(seq, position, digest) {
    const body = JSON.stringify({ position, digest })
    this.acks ??= this.openAcks()
    this.pending = seq
    this.acks.write(
      `POST ${API}/ack HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Bearer ${this.token}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
  }

  openAcks() {
    const socket = open()
    socket.on('data', (chunk) => {
      if (!chunk.startsWith('HTTP/1.1 200')) {
        if (chunk.startsWith('HTTP/1.1')) process.send({ type: 'trouble', cause: chunk.slice(0, 400) })
        return
      }
      if (watched !== undefined && this.pending >= watched.seq) watched.acknowledged.push(now())
      settle()
    })
    return socket
  }
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
      const follower = new Follower(acknowledge ? await register() : credential)
      followers.push(follower)
      await follower.follow(query)
    })
    await Promise.all(group)
  }
  if (acknowledge) setInterval(beat, stagger).unref()
}

/** Periodic acknowledgements, as verifiers send them: a few at a time, all of them within the span. */
let next = 0
function beat() {
  const { position, digest, seq } = lastFrame ?? {}
  if (position === undefined) return
  followers[next++ % howMany]?.acknowledge(seq, position, digest)
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
