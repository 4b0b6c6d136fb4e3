import { TextInput } from '@mantine/core'
import { IconChevronDown, IconSearch } from '@tabler/icons-react'
import { type ReactNode, useEffect, useState } from 'react'
import './filter.css'

/** What narrows a list, above it. */
export function FilterBar({ children }: { readonly children: ReactNode }) {
  return (
    <search className="filters" aria-label="Filters">
      {children}
    </search>
  )
}

interface SearchProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
}

const TYPING = 200

/** Searches once the typing pauses. */
export function SearchField({ label, value, onChange }: SearchProps) {
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  useEffect(() => {
    if (text === value) return
    const timer = setTimeout(() => onChange(text), TYPING)
    return () => clearTimeout(timer)
  }, [text, value, onChange])
  return (
    <TextInput
      className="filter-search"
      type="search"
      aria-label={label}
      placeholder={label}
      leftSection={<IconSearch size={15} />}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      maxLength={200}
      spellCheck={false}
    />
  )
}

interface ChoiceProps {
  readonly label: string
  readonly value: string
  readonly options: readonly (readonly [value: string, words: string])[]
  readonly onChange: (value: string) => void
}

/** One of a few: the browser's own list, which every phone knows how to show. */
export function ChoiceField({ label, value, options, onChange }: ChoiceProps) {
  return (
    <label className="filter-choice">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([option, words]) => (
          <option key={option} value={option}>
            {words}
          </option>
        ))}
      </select>
      <IconChevronDown size={14} aria-hidden />
    </label>
  )
}
