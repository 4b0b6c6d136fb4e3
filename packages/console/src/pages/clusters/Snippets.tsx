import { NativeSelect } from '@mantine/core'
import { useState } from 'react'
import { useSession } from '../../app/session/useSession.ts'
import { Copy } from '../../design/Identifier.tsx'
import { ShownOnce } from '../../design/ShownOnce.tsx'
import { SNIPPETS } from './snippets.ts'
import './snippets.css'

/** The credential, once, and ready to paste. */
export function Snippets(props: { readonly credential: string; readonly audience: string }) {
  const { publicUrl } = useSession()
  const [chosen, setChosen] = useState<string>(SNIPPETS[0]?.[0] ?? '')
  const place = { ...props, authority: publicUrl || location.origin }
  const text = SNIPPETS.find(([name]) => name === chosen)?.[1](place) ?? ''
  return (
    <div className="stack">
      <ShownOnce label="Credential" value={props.credential}>
        It is in the lines below as well. Whoever has it may read the log of this cluster, and nothing else.
      </ShownOnce>
      <NativeSelect
        label="For"
        value={chosen}
        data={SNIPPETS.map(([name]) => name)}
        onChange={(event) => setChosen(event.currentTarget.value)}
      />
      <div className="snippet">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <pre tabIndex={0}>{text}</pre>
        <Copy text={text} label="Copy the lines" />
      </div>
    </div>
  )
}
