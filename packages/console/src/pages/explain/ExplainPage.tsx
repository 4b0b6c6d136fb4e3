import { Button, Textarea } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { ApiError } from '../../api/http.ts'
import { explainToken } from '../../api/tokens.ts'
import { Notice, Problem } from '../../design/Notice.tsx'
import { Page, Panel } from '../../design/Page.tsx'
import { Verdict } from './Verdict.tsx'

const route = getRouteApi('/explain')

/** Longer than any id: then it is the token itself. */
const LONGEST_ID = 128

/** "Why was this token refused?": a token or its id, and the rule, the entry, the actor and the time. */
export function ExplainPage() {
  const { id = '' } = route.useSearch()
  const [text, setText] = useState(id)
  const { mutate, data, error, isPending, reset } = useMutation({
    mutationFn: (asked: string) => explainToken(asked.length > LONGEST_ID ? { token: asked } : { id: asked }),
  })
  useEffect(() => {
    if (id === '') return
    setText(id)
    mutate(id)
  }, [id, mutate])
  const isUnknown = error instanceof ApiError && error.status === 404
  return (
    <Page
      title="Why was this token refused?"
      lead="Paste a token, or its id (jti). The token goes to the authority that issued it, is not kept, and stands in no address."
    >
      <Panel>
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault()
            mutate(text.trim())
          }}
        >
          <Textarea
            label="Token or jti"
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value)
              reset()
            }}
            autosize
            minRows={2}
            maxRows={8}
            maxLength={16_384}
            spellCheck={false}
            autoComplete="off"
            styles={{ input: { fontFamily: 'var(--mono)' } }}
          />
          <div className="row">
            <Button type="submit" variant="primary" loading={isPending} disabled={text.trim() === ''}>
              Explain
            </Button>
          </div>
        </form>
      </Panel>
      {isUnknown ? (
        <Notice tone="warn" live title="No such token is known here.">
          It was never issued by this organization, was changed on the way, or its row was removed a day after
          it expired. A verifier refuses it in any case.
        </Notice>
      ) : (
        <Problem error={error} />
      )}
      {data !== undefined && <Verdict explanation={data} />}
    </Page>
  )
}
