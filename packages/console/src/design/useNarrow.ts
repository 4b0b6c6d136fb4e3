import { type RefObject, useLayoutEffect, useState } from 'react'

/** Whether an element has less room than it needs; it is looked at again as its width changes. */
export function useNarrow(element: RefObject<HTMLElement | null>, needed: number): boolean {
  const [isNarrow, setNarrow] = useState(false)
  useLayoutEffect(() => {
    const { current } = element
    if (current === null) return
    const look = () => setNarrow(current.clientWidth < needed)
    look()
    const observer = new ResizeObserver(look)
    observer.observe(current)
    return () => observer.disconnect()
  }, [element, needed])
  return isNarrow
}
