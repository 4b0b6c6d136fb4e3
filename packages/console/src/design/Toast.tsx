import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from 'react'
import './toast.css'

const Telling = createContext<(words: ReactNode) => void>(() => {})

/** Says for a moment, also to a screen reader, that something was done. */
export const useTell = () => useContext(Telling)

const LENGTH = 6_000

export function ToastProvider({ children }: { readonly children: ReactNode }) {
  const [words, setWords] = useState<ReactNode>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const tell = useCallback((said: ReactNode) => {
    clearTimeout(timer.current)
    setWords(said)
    timer.current = setTimeout(() => setWords(null), LENGTH)
  }, [])
  return (
    <Telling value={tell}>
      {children}
      <div className="toast" role="status" data-shown={words !== null || undefined}>
        {words}
      </div>
    </Telling>
  )
}
