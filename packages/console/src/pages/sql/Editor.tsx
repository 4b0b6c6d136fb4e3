import { PostgreSQL, sql } from '@codemirror/lang-sql'
import { syntaxHighlighting } from '@codemirror/language'
import { EditorView, keymap } from '@codemirror/view'
import { classHighlighter } from '@lezer/highlight'
import { basicSetup } from 'codemirror'
import { useEffect, useRef } from 'react'
import { styleNonce } from '../../app/trusted-types.ts'
import './editor.css'

interface Props {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly onRun: (value: string) => void
}

/** The tables that completion knows by name. */
const SCHEMA = {
  'okta.apps.jwks': [
    'subdomain',
    'app_id',
    'key_id',
    'kid',
    'kty',
    'use',
    'status',
    'created',
    'last_updated',
  ],
  'okta.apps.apps': ['subdomain', 'id', 'label', 'status'],
  'okta.users.users': ['subdomain', 'id', 'status', 'profile'],
}

/** An editor of one statement. Escape, then Tab, leaves it by keyboard. */
export function Editor({ value, onChange, onRun }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const calls = useRef({ onChange, onRun })
  calls.current = { onChange, onRun }
  useEffect(() => {
    if (place.current === null) return
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
        sql({ dialect: PostgreSQL, schema: SCHEMA, upperCaseKeywords: true }),
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
