/** When somebody last touched the page. Requests that nobody asked for must not keep a session alive. */
let touched = Date.now()

for (const event of ['pointerdown', 'keydown', 'wheel'] as const)
  addEventListener(event, () => (touched = Date.now()), { passive: true, capture: true })

const QUIET = 60_000

export function isQuiet(): boolean {
  return Date.now() - touched > QUIET
}
