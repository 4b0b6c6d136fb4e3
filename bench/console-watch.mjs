/**
 * Runs in every page before anything of it: tells when something was there, by the frame that showed it. It is sent as
 * text, so it uses nothing from around it.
 */
export function watchPage() {
  const inNextFrame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
  const until = (isThere) =>
    new Promise((resolve) => {
      if (isThere()) return resolve()
      const observer = new MutationObserver(() => {
        if (!isThere()) return
        observer.disconnect()
        resolve()
      })
      observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
    })
  const found = (selector, words = '') =>
    [...document.querySelectorAll(selector)].some((element) => element.textContent.includes(words))
  const seen = new Map()
  const watched = async (selector) => {
    await until(() => found(selector))
    await inNextFrame()
    return performance.now()
  }
  let [whole, before] = []
  globalThis.bench = {
    /** Milliseconds from the beginning of the navigation. */
    shown: (selector) => seen.get(selector) ?? watched(selector),
    /** From the last event of a type until an element with the words is there. */
    from(type, selector, words = '', earlier = undefined) {
      let last
      addEventListener(type, (event) => (last = event.timeStamp), { capture: true })
      const measured = async (isThere) => {
        await until(() => last !== undefined && isThere())
        await inNextFrame()
        return performance.now() - last
      }
      whole = measured(() => found(selector, words))
      before = earlier === undefined ? undefined : measured(() => found(earlier))
    },
    took: () => whole,
    tookBefore: () => before,
    async scroll(wanted) {
      const begun = performance.now()
      const rows = () =>
        Math.max(
          0,
          ...[...document.querySelectorAll('[aria-rowindex]')].map((row) => Number(row.ariaRowIndex) - 1),
        )
      let reached = 0
      for (let still = 0; reached < wanted && still < 600; ) {
        scrollTo(0, document.documentElement.scrollHeight)
        await inNextFrame()
        const now = rows()
        still = now > reached ? 0 : still + 1
        reached = Math.max(reached, now)
      }
      return { took: performance.now() - begun, rows: reached }
    },
  }
}
