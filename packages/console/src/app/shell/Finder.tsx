import { Modal, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type KeyboardEvent, useId, useState } from 'react'
import { findApplications } from '../../api/applications.ts'
import { findUsers, nameOf } from '../../api/users.ts'
import { Name } from '../../design/Name.tsx'
import { useRevoke } from '../../revoke/RevokeProvider.tsx'
import { useSession } from '../session/useSession.ts'
import { PLACES } from './places.ts'
import './finder.css'

interface Found {
  readonly id: string
  readonly label: string
  readonly note: string
  readonly danger?: boolean
  readonly go: () => void
}

/** Ctrl-K: go anywhere, find anybody, or start a revocation, without a mouse. */
export function Finder({ close }: { readonly close: () => void }) {
  const [text, setText] = useState('')
  const [picked, setPicked] = useState(0)
  const listId = useId()
  const found = useFound(text.trim(), close)
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) {
      event.preventDefault()
      setPicked((at) => Math.max(0, Math.min(found.length - 1, at + step)))
    } else if (event.key === 'Enter') {
      event.preventDefault()
      found[picked]?.go()
    }
  }
  return (
    <Modal opened onClose={close} withCloseButton={false} padding={0} size={560} aria-label="Find or revoke">
      <TextInput
        className="finder-field"
        variant="unstyled"
        size="md"
        leftSection={<IconSearch size={17} />}
        placeholder="A user, an application, a place, or revoke…"
        aria-label="Find or revoke"
        role="combobox"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={found[picked] ? `${listId}-${picked}` : undefined}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value)
          setPicked(0)
        }}
        onKeyDown={onKey}
        autoComplete="off"
        spellCheck={false}
        data-autofocus
      />
      <div role="listbox" id={listId} aria-label="Found" className="found" tabIndex={-1}>
        {found.map((item, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field handles the keys
          <div
            role="option"
            key={item.id}
            id={`${listId}-${index}`}
            aria-selected={index === picked}
            className="found-item"
            data-danger={item.danger || undefined}
            onMouseMove={() => setPicked(index)}
            onClick={item.go}
          >
            <Name>{item.label}</Name>
            <span className="softer push nowrap">{item.note}</span>
          </div>
        ))}
        {found.length === 0 && <div className="found-none softer">Nothing by that name.</div>}
      </div>
    </Modal>
  )
}

function useFound(text: string, close: () => void): readonly Found[] {
  const navigate = useNavigate()
  const revoke = useRevoke()
  const { canManage } = useSession()
  const search = useQuery({
    queryKey: ['finder', text],
    queryFn: async ({ signal }) => {
      const [users, applications] = await Promise.all([
        findUsers(text, signal),
        findApplications(text, signal),
      ])
      return { users: users.items, applications: applications.items }
    },
    enabled: text !== '',
    placeholderData: keepPreviousData,
  })
  const then = (act: () => unknown) => () => {
    close()
    void act()
  }
  const isLike = (words: string) => words.toLowerCase().includes(text.toLowerCase())
  const places = PLACES.flatMap(({ places }) => [...places])
    .filter(({ label }) => isLike(label))
    .map(({ to, label }): Found => ({ id: to, label, note: 'Go to', go: then(() => navigate({ to })) }))
  const revoking: Found[] =
    canManage && isLike('Revoke…')
      ? [
          {
            id: 'revoke',
            label: 'Revoke…',
            note: 'Choose a target',
            danger: true,
            go: then(() => revoke({})),
          },
        ]
      : []
  if (text === '') return [...revoking, ...places]
  const users = (search.data?.users ?? []).map((user): Found => {
    const go = then(() => navigate({ to: '/users/$userId', params: { userId: user.id } }))
    return { id: user.id, label: `${nameOf(user)} (${user.login})`, note: 'User', go }
  })
  const applications = (search.data?.applications ?? []).map(({ id, label }): Found => {
    const go = then(() => navigate({ to: '/applications/$applicationId', params: { applicationId: id } }))
    return { id, label, note: 'Application', go }
  })
  return [...revoking, ...users, ...applications, ...places]
}
