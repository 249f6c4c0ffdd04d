import type { JSX } from 'preact'

const paths = {
  home: 'M4 11.5 12 4l8 7.5V20a1 1 0 0 1-1 1h-4.5v-6h-5v6H5a1 1 0 0 1-1-1z',
  following:
    'M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8m-7 9.5c0-4 3-6.500 7-6.500s7 2.500 7 6.500M17 4.200a3.600 3.600 0 0 1 0 6.600M19 14.800c1.900.9 3 2.800 3 5.700',
  chat: 'M4 5h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1h-8l-5 4v-4H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1M8 10h8M8 13h5',
  plus: 'M12 5v14M5 12h14',
  me: 'M12 12a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9m-8.500 9.500c.4-4.500 3.700-7 8.500-7s8.100 2.500 8.500 7',
  settings:
    'M12 15.200a3.200 3.200 0 1 0 0-6.400 3.200 3.200 0 0 0 0 6.400M19.400 13.500l1.800 1.400-1.900 3.200-2.100-.9a7.500 7.500 0 0 1-2.200 1.300l-.3 2.300h-3.800l-.4-2.300a7.500 7.500 0 0 1-2.100-1.300l-2.200.9-1.800-3.200 1.800-1.400a7.600 7.600 0 0 1 0-2.600L4.400 9.100l1.800-3.200 2.200.9a7.500 7.500 0 0 1 2.100-1.300l.4-2.300h3.800l.3 2.300a7.500 7.500 0 0 1 2.200 1.300l2.100-.9 1.900 3.200-1.800 1.400a7.600 7.600 0 0 1 0 3',
  close: 'M6 6l12 12M18 6 6 18',
  back: 'M15 5l-7 7 7 7',
  up: 'M5 15l7-7 7 7',
  down: 'M5 9l7 7 7-7',
  trash: 'M4 7h16M9.500 7V4.500h5V7M6 7l1 13.500h10L18 7M10 11v6M14 11v6',
  send: 'M4 12 20.500 4 16 20.500l-4.500-6.500zM11.500 14 20.500 4',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  film: 'M4 5h16v14H4zM8 5v14M16 5v14M4 9.500h4M4 14.500h4M16 9.500h4M16 14.500h4',
  muted: 'M4 9.500v5h3.500L12 19V5L7.500 9.500zM16 9.500l5 5M21 9.500l-5 5',
  sound: 'M4 9.500v5h3.500L12 19V5L7.500 9.500zM15.500 9a4.200 4.200 0 0 1 0 6M18.300 6.300a8 8 0 0 1 0 11.400',
  out: 'M14 4h5a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1h-5M10 8l-4 4 4 4M6 12h9',
  camera: 'M4 8h3.500L9 5.500h6L16.500 8H20v11H4zM12 16.500a3.300 3.300 0 1 0 0-6.600 3.300 3.300 0 0 0 0 6.600',
  warning: 'M12 4 2.500 20h19zM12 10v5M12 17.500v.1',
}

const solids = {
  heart:
    'M12 21C5.500 15.900 2 12.700 2 8.600 2 5.500 4.400 3 7.400 3c1.800 0 3.500.9 4.600 2.400C13.100 3.900 14.800 3 16.600 3 19.600 3 22 5.500 22 8.600c0 4.100-3.500 7.300-10 12.400z',
  bubble:
    'M12 3C6.500 3 2 6.700 2 11.300c0 2.600 1.400 4.900 3.700 6.400L5 21.500l4.500-2.200c.8.200 1.600.3 2.500.3 5.500 0 10-3.700 10-8.300S17.500 3 12 3z',
  share: 'M13.500 4v4.600C6.800 9 3 12.800 2 19.500c2.700-4 6.300-5.700 11.500-5.700V18.500L22 11.200z',
  play: 'M7 4.500v15l13-7.500z',
}

export type IconName = keyof typeof paths | keyof typeof solids

/** Decorative and hidden from screen readers: the element around it carries the label. */
export function Icon({ name, class: className }: { name: IconName; class?: string }): JSX.Element {
  const solid = name in solids
  return (
    <svg viewBox="0 0 24 24" class={`icon ${solid ? 'solid' : ''} ${className ?? ''}`} aria-hidden="true">
      <path d={solid ? solids[name as keyof typeof solids] : paths[name as keyof typeof paths]} />
    </svg>
  )
}

/** The logo: two overlapping play triangles. */
export function Mark(): JSX.Element {
  return (
    <svg viewBox="0 0 32 32" class="mark" aria-hidden="true">
      <rect class="mark-ground" width="32" height="32" rx="9" />
      <path class="mark-behind" d="M9 7.500v13l11-6.500z" />
      <path class="mark-front" d="M13 11.500v13l11-6.500z" />
    </svg>
  )
}
