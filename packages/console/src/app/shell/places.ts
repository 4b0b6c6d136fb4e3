import {
  IconActivity,
  IconApi,
  IconApps,
  IconArrowBackUp,
  IconBuildingBroadcastTower,
  IconHelpHexagon,
  IconKey,
  IconListDetails,
  IconSitemap,
  IconSql,
  IconUsers,
} from '@tabler/icons-react'

/** The places of the console, under the names by which people know them. */
export const PLACES = [
  { group: null, places: [{ to: '/', label: 'Overview', Icon: IconActivity }] },
  { group: 'Members', places: [{ to: '/users', label: 'Users', Icon: IconUsers }] },
  {
    group: 'Security',
    places: [
      { to: '/applications', label: 'Applications', Icon: IconApps },
      { to: '/apis', label: 'APIs/URLs', Icon: IconApi },
      { to: '/authorization-servers', label: 'Authorization servers', Icon: IconKey },
    ],
  },
  {
    group: 'Reach',
    places: [
      { to: '/federation', label: 'Federation', Icon: IconSitemap },
      { to: '/clusters', label: 'Clusters', Icon: IconBuildingBroadcastTower },
    ],
  },
  {
    group: 'Record',
    places: [
      { to: '/revocations', label: 'Revocations', Icon: IconArrowBackUp },
      { to: '/explain', label: 'Why was it refused?', Icon: IconHelpHexagon },
      { to: '/audit', label: 'Audit', Icon: IconListDetails },
      { to: '/sql', label: 'SQL', Icon: IconSql },
    ],
  },
] as const
