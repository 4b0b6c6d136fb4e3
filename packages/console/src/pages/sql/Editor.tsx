import { PostgreSQL, sql } from '@codemirror/lang-sql'
import { syntaxHighlighting } from '@codemirror/language'
import { EditorView, keymap } from '@codemirror/view'
import { classHighlighter } from '@lezer/highlight'
import { basicSetup } from 'codemirror'
import { useEffect, useMemo, useRef } from 'react'
import type { SqlCatalogue } from '../../api/sql.ts'
import { styleNonce } from '../../app/trusted-types.ts'
import { type CompletionSource, completionOf } from './completion.ts'
import './editor.css'

interface Props {
  /** What completion offers; nothing but the words of SQL until it is there. */
  readonly catalogue: SqlCatalogue | undefined
  readonly value: string
  readonly onChange: (value: string) => void
  readonly onRun: (value: string) => void
}

/** An editor of one statement. Escape, then Tab, leaves it by keyboard. */
export function Editor({ catalogue, value, onChange, onRun }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const calls = useRef({ onChange, onRun })
  calls.current = { onChange, onRun }
  const names = useRef<CompletionSource>(undefined)
  names.current = useMemo(() => catalogue && completionOf(catalogue), [catalogue])
  useEffect(() => {
    if (place.current === null) return
    const complete: CompletionSource = (context) => names.current?.(context) ?? null
    const made = new EditorView({
      parent: place.current,
      extensions: [
        EditorView.cspNonce.of(styleNonce),
        keymap.of([
          {
            key: 'Mod-Enter',
            run: ({ state }) => {
              calls.current.onRun(state.doc.toString())
              return true
            },
          },
        ]),
        syntaxHighlighting(classHighlighter),
        basicSetup,
        sql({ dialect: PostgreSQL, upperCaseKeywords: true }),
        PostgreSQL.language.data.of({ autocomplete: complete }),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': 'SQL statement' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) calls.current.onChange(update.state.doc.toString())
        }),
      ],
    })
    view.current = made
    return () => made.destroy()
  }, [])
  useEffect(() => {
    const { current } = view
    if (current === undefined || current.state.doc.toString() === value) return
    current.dispatch({ changes: { from: 0, to: current.state.doc.length, insert: value } })
  }, [value])
  return <div className="editor" ref={place} />
}
