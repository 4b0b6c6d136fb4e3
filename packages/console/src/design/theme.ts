import {
  ActionIcon,
  Button,
  Checkbox,
  type CSSVariablesResolver,
  createTheme,
  Menu,
  Modal,
  SegmentedControl,
  Tooltip,
} from '@mantine/core'

/** Proportions and defaults; the colours are custom properties (tokens.css), so that one sheet has both looks. */
export const theme = createTheme({
  fontFamily: 'var(--sans)',
  fontFamilyMonospace: 'var(--mono)',
  defaultRadius: 6,
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: Button.extend({ defaultProps: { variant: 'default' } }),
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'quiet', size: 28 } }),
    Checkbox: Checkbox.extend({ defaultProps: { size: 'xs' } }),
    Modal: Modal.extend({
      defaultProps: {
        size: 560,
        transitionProps: { duration: 90, transition: 'fade' },
        overlayProps: { backgroundOpacity: 0.42 },
        closeButtonProps: { 'aria-label': 'Close' },
      },
    }),
    Menu: Menu.extend({
      defaultProps: { position: 'bottom-end', shadow: 'none', transitionProps: { duration: 0 } },
    }),
    SegmentedControl: SegmentedControl.extend({ defaultProps: { transitionDuration: 100 } }),
    Tooltip: Tooltip.extend({ defaultProps: { withArrow: false, openDelay: 250, multiline: true } }),
  },
})

const OURS = {
  '--mantine-color-body': 'var(--paper)',
  '--mantine-color-text': 'var(--ink)',
  '--mantine-color-dimmed': 'var(--ink-2)',
  '--mantine-color-error': 'var(--stamp-ink)',
  '--mantine-color-placeholder': 'var(--ink-3)',
  '--mantine-color-anchor': 'var(--link)',
  '--mantine-color-default': 'var(--surface)',
  '--mantine-color-default-hover': 'var(--hover)',
  '--mantine-color-default-color': 'var(--ink)',
  '--mantine-color-default-border': 'var(--line-strong)',
  '--mantine-primary-color-filled': 'var(--ink)',
  '--mantine-primary-color-contrast': 'var(--paper)',
}

/** Mantine's own names for our colours. */
export const resolveVariables: CSSVariablesResolver = () => ({ variables: {}, light: OURS, dark: OURS })
