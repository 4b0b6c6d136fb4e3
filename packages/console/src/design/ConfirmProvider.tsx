import { createContext, type ReactNode, useContext, useState } from 'react'
import { Confirm, type Confirmation } from './Confirm.tsx'

const Asking = createContext<(asked: Confirmation) => void>(() => {})

/** Opens the one dialog that asks "are you sure" and says of what. */
export const useConfirm = () => useContext(Asking)

export function ConfirmProvider({ children }: { readonly children: ReactNode }) {
  const [asked, setAsked] = useState<Confirmation | null>(null)
  return (
    <Asking value={setAsked}>
      {children}
      {asked !== null && <Confirm asked={asked} close={() => setAsked(null)} />}
    </Asking>
  )
}
