/** Wakes one loop that waits. A ring while nobody waits is kept for the next who does; more than one are one. */
export class Bell {
  #rung = false
  #wake = () => {}

  ring(): void {
    this.#rung = true
    this.#wake()
  }

  /** Resolves once it has rung since the last time, or after so many milliseconds, or with the signal. */
  async wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (!this.#rung)
      await pause(milliseconds, signal, (done) => {
        this.#wake = done
      })
    this.#rung = false
    this.#wake = () => {}
  }
}

/** Resolves after so many milliseconds, with the signal, or when what `early` is given is called. */
export function pause(
  milliseconds: number,
  signal: AbortSignal,
  early: (done: () => void) => void = () => {},
): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    timer.unref()
    signal.addEventListener('abort', done, { once: true })
    early(done)
  })
}
