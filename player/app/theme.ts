import { storedText } from './store.ts'

/** `auto` follows the system. */
export const theme = storedText('douyin.theme', 'auto')

export function startTheme(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const apply = () => {
    const isDark = theme.value === 'dark' || (theme.value !== 'light' && dark.matches)
    document.documentElement.dataset.theme = isDark ? 'dark' : 'light'
    document.querySelector('meta[name=theme-color]')?.setAttribute('content', isDark ? '#0b0b0f' : '#ffffff')
  }
  theme.subscribe(apply)
  dark.addEventListener('change', apply)
  apply()
}
