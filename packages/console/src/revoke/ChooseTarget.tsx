import { Button, NativeSelect, TextInput } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Target, TargetType } from '../api/revocations.ts'
import { useSession } from '../app/session/useSession.ts'
import { Name } from '../design/Name.tsx'
import { candidates } from './candidates.ts'
import { TARGET_WORDS } from './target.ts'

/** Those that are looked for by name; the others are named by their id, or the token is pasted. */
const SEARCHED = ['user', 'application', 'api', 'authorization_server', 'identity_provider'] as const
const NAMED = ['token', 'grant', 'session', 'key'] as const
const CHOICES = [
  'user',
  'application',
  'api',
  'token',
  'session',
  'grant',
  'key',
  'authorization_server',
  'identity_provider',
  'organization',
] as const

const NAMED_LABELS: Readonly<Record<(typeof NAMED)[number], string>> = {
  token: 'The token itself, or its jti',
  grant: 'Id of the grant',
  session: 'Id of the session (sid)',
  key: 'RFC 7638 thumbprint of the key',
}

const includes = <T extends string>(words: readonly T[], word: string): word is T =>
  words.some((known) => known === word)

export function ChooseTarget({ onChoose }: { readonly onChoose: (target: Target, name: string) => void }) {
  const { organization } = useSession()
  const [type, setType] = useState<TargetType>('user')
  const [words, setWords] = useState('')
  const text = words.trim()
  const isSearched = includes(SEARCHED, type)
  const search = useQuery({
    queryKey: ['candidates', type, text],
    queryFn: ({ signal }) => candidates(type, text, signal),
    enabled: isSearched,
    placeholderData: keepPreviousData,
  })
  const next = () => {
    if (type === 'organization') onChoose({ type, id: organization.id }, organization.name)
    else if (type === 'token' && text.length > 128)
      onChoose({ type, token: text }, 'The token that you pasted')
    else if (includes(NAMED, type)) onChoose({ type, id: text }, '')
  }
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        if (!isSearched) next()
      }}
    >
      <NativeSelect
        label="What do you want to revoke?"
        value={type}
        data={CHOICES.map((value) => ({ value, label: TARGET_WORDS[value].name }))}
        onChange={(event) => {
          const { value } = event.currentTarget
          if (includes(CHOICES, value)) setType(value)
          setWords('')
        }}
        description={`${TARGET_WORDS[type].scope}.`}
        data-autofocus
      />
      {type !== 'organization' && (
        <TextInput
          label={includes(NAMED, type) ? NAMED_LABELS[type] : 'Find by name'}
          value={words}
          maxLength={16_384}
          onChange={(event) => setWords(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
        />
      )}
      {isSearched ? (
        <ul className="candidates" aria-label="Found" aria-busy={search.isFetching}>
          {search.data?.map(({ target, name, note }) => (
            <li key={'id' in target ? target.id : name}>
              <button type="button" onClick={() => onChoose(target, name)}>
                <Name>{name}</Name>
                <span className="softer push nowrap">
                  <Name>{note}</Name>
                </span>
              </button>
            </li>
          ))}
          {search.data?.length === 0 && <li className="softer candidates-none">Nothing by that name.</li>}
        </ul>
      ) : (
        <div className="row">
          <Button
            type="submit"
            variant="primary"
            className="push"
            disabled={type !== 'organization' && text === ''}
          >
            See what it hits
          </Button>
        </div>
      )}
    </form>
  )
}
