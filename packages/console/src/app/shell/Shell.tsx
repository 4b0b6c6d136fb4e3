import { ActionIcon, Button, Drawer } from '@mantine/core'
import { IconMenu2, IconSearch } from '@tabler/icons-react'
import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { Name } from '../../design/Name.tsx'
import { useRevoke } from '../../revoke/RevokeProvider.tsx'
import { useLiveLog } from '../live.ts'
import { useSession } from '../session/useSession.ts'
import { Account } from './Account.tsx'
import { Finder } from './Finder.tsx'
import { Mark } from './Mark.tsx'
import { Navigation } from './Navigation.tsx'
import './shell.css'

export function Shell() {
  const { organization, canManage } = useSession()
  const [menu, setMenu] = useState(false)
  const [finding, setFinding] = useState(false)
  const revoke = useRevoke()
  useLiveLog()
  useFocusAfterNavigation()
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      setFinding(true)
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  return (
    <div className="shell">
      <a className="skip" href="#page">
        Skip to the page
      </a>
      <aside className="rail">
        <Link to="/" className="brand">
          <Mark />
          <span className="brand-words">
            <strong>Rescind</strong>
            <Name>{organization.name}</Name>
          </span>
        </Link>
        <Navigation />
      </aside>
      <div className="main">
        <header className="bar">
          <ActionIcon className="bar-menu" aria-label="Places" size={32} onClick={() => setMenu(true)}>
            <IconMenu2 size={18} />
          </ActionIcon>
          <Button
            className="finder-button"
            variant="default"
            leftSection={<IconSearch size={15} />}
            onClick={() => setFinding(true)}
          >
            <span className="finder-words">Find or revoke</span>
            <kbd>Ctrl K</kbd>
          </Button>
          <div className="row push">
            {canManage && (
              <Button variant="danger" onClick={() => revoke({})}>
                Revoke…
              </Button>
            )}
            <Account />
          </div>
        </header>
        <main id="page">
          <Outlet />
        </main>
      </div>
      <Drawer
        opened={menu}
        onClose={() => setMenu(false)}
        title="Rescind"
        size={280}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Navigation onGo={() => setMenu(false)} />
      </Drawer>
      {finding && <Finder close={() => setFinding(false)} />}
    </div>
  )
}

/** After going to another page, reading goes on at its title and not where the link was. */
function useFocusAfterNavigation(): void {
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname })
  const before = useRef(path)
  useEffect(() => {
    if (before.current !== undefined && before.current !== path)
      document.getElementById('page-title')?.focus({ preventScroll: true })
    before.current = path
  }, [path])
}
