import { ActionIcon, Menu, useMantineColorScheme } from '@mantine/core'
import { IconDeviceLaptop, IconLogout, IconMoon, IconSun, IconUserCircle } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { signOut } from '../../api/session.ts'
import { Name } from '../../design/Name.tsx'
import { useTell } from '../../design/Toast.tsx'
import { useSession } from '../session/useSession.ts'

const LOOKS = [
  ['light', 'Light', IconSun],
  ['dark', 'Dark', IconMoon],
  ['auto', 'As the system', IconDeviceLaptop],
] as const

export function Account() {
  const { user, organization, version } = useSession()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const client = useQueryClient()
  const tell = useTell()
  const leave = async () => {
    try {
      await signOut()
      client.clear()
      location.assign('/console/')
    } catch (failure) {
      tell(failure instanceof Error ? failure.message : 'Not signed out.')
    }
  }
  return (
    <Menu width={240}>
      <Menu.Target>
        <ActionIcon aria-label="Account and appearance" size={32}>
          <IconUserCircle size={20} stroke={1.6} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <div className="account-who">
          <strong>
            <Name>{user.displayName || user.login}</Name>
          </strong>
          <Name>{`${organization.name}${version === '' ? '' : ` · Rescind ${version}`}`}</Name>
        </div>
        <Menu.Item
          renderRoot={(props) => <Link to="/users/$userId" params={{ userId: user.id }} {...props} />}
        >
          Your user
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>Appearance</Menu.Label>
        {LOOKS.map(([look, words, Icon]) => (
          <Menu.Item
            key={look}
            leftSection={<Icon size={15} />}
            rightSection={colorScheme === look ? '✓' : null}
            onClick={() => setColorScheme(look)}
            closeMenuOnClick={false}
          >
            {words}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={15} />} onClick={() => void leave()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
