/** A server-sent event, as far as the log uses them. */
export interface ServerEvent {
  readonly event: string
  /** A text, or the bytes of what is not sent as text. */
  readonly data: string | Uint8Array
}

/** The longest event: a frame of eight mebibytes as base64url. */
const LONGEST = 12 * 2 ** 20

/**
 * Reads server-sent events (WHATWG HTML section 9.2.6). The stream is given up after `silence` milliseconds without a
 * byte: the authority sends empty ranges more often than that, so whoever hears nothing is not connected.
 */
export async function* serverEvents(
  response: Response,
  silence: number,
  giveUp: (cause: Error) => void,
): AsyncGenerator<ServerEvent, void> {
  const decoder = new TextDecoder()
  let timer: ReturnType<typeof setTimeout> | undefined
  const watch = () => {
    clearTimeout(timer)
    timer = setTimeout(() => giveUp(new Error('the stream fell silent')), silence)
  }
  let text = ''
  watch()
  try {
    for await (const chunk of response.body ?? []) {
      watch()
      text += decoder.decode(chunk, { stream: true }).replaceAll('\r\n', '\n')
      if (text.length > LONGEST) throw new Error('an event beyond the limit')
      let end = text.indexOf('\n\n')
      while (end >= 0) {
        yield parseEvent(text.slice(0, end))
        text = text.slice(end + 2)
        end = text.indexOf('\n\n')
      }
    }
  } finally {
    clearTimeout(timer)
  }
}

function parseEvent(text: string): ServerEvent {
  let event = 'message'
  const data: string[] = []
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':')
    const value = line.slice(colon + 1).replace(/^ /, '')
    if (line.startsWith('event:')) event = value
    else if (line.startsWith('data:')) data.push(value)
  }
  return { event, data: data.join('\n') }
}
