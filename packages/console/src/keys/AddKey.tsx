import { Button, Checkbox, NativeSelect, SegmentedControl, Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { addKey, type KeyOwner, keysKey } from '../api/keys.ts'
import { FormDialog } from '../design/FormDialog.tsx'
import { Notice } from '../design/Notice.tsx'
import { saveFile } from '../design/saveFile.ts'
import { type Generated, generateKey, KINDS, privateMembersOf } from './generate.ts'

interface Props {
  readonly owner: KeyOwner
  readonly use: 'sig' | 'enc'
  readonly close: () => void
}

/** Adds a public key: pasted, or of a pair that is made here and whose private half stays here. */
export function AddKey({ owner, use, close }: Props) {
  const client = useQueryClient()
  const [way, setWay] = useState('generate')
  const [alg, setAlg] = useState<string>(KINDS[use][0][0])
  const [pasted, setPasted] = useState('')
  const [isActive, setIsActive] = useState(true)
  const [made, setMade] = useState<Generated | null>(null)
  const [isSaved, setIsSaved] = useState(false)
  const adding = useMutation({
    mutationFn: (jwk: object) => addKey(owner, jwk, use, isActive ? 'ACTIVE' : 'INACTIVE'),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keysKey(owner) })
      close()
    },
  })
  const generating = useMutation({ mutationFn: () => generateKey(alg, use), onSuccess: setMade })
  const submit = () => {
    if (way === 'paste') return adding.mutate(readPasted(pasted))
    if (made === null) return generating.mutate()
    adding.mutate(made.publicJwk)
  }
  const refusal = way === 'paste' ? whyNot(pasted) : null
  return (
    <FormDialog
      title={use === 'sig' ? 'Add signing key' : 'Add encryption key'}
      close={close}
      button={way === 'generate' && made === null ? 'Make key' : 'Add public key'}
      mayRun={way === 'paste' ? pasted.trim() !== '' && refusal === null : made === null || isSaved}
      isRunning={adding.isPending || generating.isPending}
      onSubmit={submit}
      error={adding.error ?? generating.error}
    >
      <SegmentedControl
        aria-label="Where the key comes from"
        value={way}
        onChange={setWay}
        data={[
          { value: 'generate', label: 'Make one here' },
          { value: 'paste', label: 'Paste a public key' },
        ]}
      />
      {way === 'paste' && (
        <Textarea
          label="Public JWK"
          value={pasted}
          onChange={(event) => setPasted(event.currentTarget.value)}
          autosize
          minRows={6}
          maxRows={14}
          spellCheck={false}
          error={refusal}
          styles={{ input: { fontFamily: 'var(--mono)' } }}
        />
      )}
      {way === 'generate' && made === null && (
        <NativeSelect
          label="Kind"
          value={alg}
          data={KINDS[use].map(([value, label]) => ({ value, label }))}
          onChange={(event) => setAlg(event.currentTarget.value)}
          description="The pair is made in this browser. The private key never leaves it, except to a file of yours."
        />
      )}
      {way === 'generate' && made !== null && (
        <Notice
          tone={isSaved ? 'good' : 'warn'}
          title={isSaved ? 'Private key saved' : 'Save the private key now'}
          actions={
            <Button
              onClick={() => {
                const kid = made.publicJwk.kid ?? 'key'
                saveFile(
                  `${kid}.private.jwk.json`,
                  JSON.stringify(made.privateJwk, null, 2),
                  'application/json',
                )
                setIsSaved(true)
              }}
            >
              Download private key
            </Button>
          }
        >
          It is nowhere else, and gone with this window. <code className="wrap">{made.publicJwk.kid}</code>
        </Notice>
      )}
      <Checkbox
        size="sm"
        label={use === 'enc' ? 'Active at once: tokens are encrypted to it from now on' : 'Active at once'}
        checked={isActive}
        onChange={(event) => setIsActive(event.currentTarget.checked)}
      />
    </FormDialog>
  )
}

function readPasted(text: string): object {
  const parsed: unknown = JSON.parse(text)
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new TypeError('not an object')
  return parsed
}

/** What is wrong with what was pasted, before it goes anywhere. */
function whyNot(text: string): string | null {
  if (text.trim() === '') return null
  try {
    const found = privateMembersOf(readPasted(text))
    return found.length === 0
      ? null
      : `This is a private key (${found.join(', ')}): it is not sent. Paste the public one.`
  } catch {
    return 'This is not a JWK: a JSON object with kty.'
  }
}
