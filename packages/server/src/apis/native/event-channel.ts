import type { ServerResponse } from 'node:http'
import { type SentFrame, SNAPSHOT_DUE } from '../../federation/delivery/event-stream.ts'
import type { Channel } from './log-stream.ts'

/** The body of an answer, as server-sent events (WHATWG HTML section 9.2). */
export class EventChannel implements Channel {
  readonly outlet: ServerResponse

  constructor(response: ServerResponse, view: string) {
    this.outlet = response
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'rescind-view': view,
    })
    response.flushHeaders()
  }

  send({ event }: SentFrame): void {
    this.outlet.write(event)
  }

  end(): void {
    this.outlet.end()
  }

  endForSnapshot(): void {
    this.outlet.end(SNAPSHOT_DUE)
  }
}
