import type { Frame } from '@rescind/core/log'
import { encodeFrame, formatPosition } from '@rescind/core/log'
import type { PlaceSeal } from './place-seal.ts'

/** A frame as it is sent: encoded once, for all who follow the view. */
export interface SentFrame {
  readonly incarnation: number
  readonly from: number
  readonly to: number
  /** The frame's binary form, as it goes over a WebSocket. */
  readonly bytes: Uint8Array
  /** The same as base64url. */
  readonly text: string
  /** The same as a server-sent event, whose `id` is the position that it leads to. */
  readonly event: Buffer
}

/** @param frame with the chain digest of the place that it leads to, which is told sealed */
export function sendable(frame: Frame, seal: PlaceSeal): SentFrame {
  const { log, incarnation, from, to } = frame
  const position = { log, incarnation, seq: to }
  const bytes = encodeFrame({ ...frame, digest: seal.seal(position, frame.digest) })
  const text = Buffer.from(bytes).toString('base64url')
  const id = formatPosition(position)
  const event = Buffer.from(`id: ${id}\nevent: frame\ndata: ${text}\n\n`)
  return { incarnation, from, to, bytes, text, event }
}

/** Tells a follower that it needs a new snapshot; the stream ends after it. */
export const SNAPSHOT_DUE = Buffer.from('event: snapshot\ndata: due\n\n')
