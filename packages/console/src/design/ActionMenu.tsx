import { ActionIcon, Button, Menu } from '@mantine/core'
import { IconChevronDown, IconDots } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import './menu.css'

export interface MenuAction {
  readonly label: string
  readonly icon?: ReactNode
  readonly danger?: boolean
  /** The rule that forbids it now, said beside the greyed entry. */
  readonly forbidden?: string | null
  readonly run: () => void
}

interface Props {
  /** What the actions are about: "Actions for ada". */
  readonly label: string
  readonly actions: readonly (MenuAction | null | false)[]
  /** A button with the word, for the head of a page; three dots in a row. */
  readonly wide?: boolean
}

export function ActionMenu({ label, actions, wide = false }: Props) {
  return (
    <Menu>
      <Menu.Target>
        {wide ? (
          <Button rightSection={<IconChevronDown size={14} />}>Actions</Button>
        ) : (
          <ActionIcon aria-label={label}>
            <IconDots size={16} />
          </ActionIcon>
        )}
      </Menu.Target>
      <Menu.Dropdown aria-label={label}>
        {actions.map((action) => {
          if (action === null || action === false) return null
          const { forbidden = null } = action
          return (
            <Menu.Item
              key={action.label}
              leftSection={action.icon}
              data-danger={action.danger || undefined}
              disabled={forbidden !== null}
              onClick={action.run}
            >
              {action.label}
              {forbidden !== null && <span className="menu-why">{forbidden}</span>}
            </Menu.Item>
          )
        })}
      </Menu.Dropdown>
    </Menu>
  )
}
