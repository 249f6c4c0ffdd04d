import { explain } from './explain.ts'
import { store } from './store.ts'

export interface Toast {
  id: number
  text: string
  kind: 'news' | 'problem'
  action?: ToastAction | undefined
}

export interface ToastAction {
  label: string
  run(): void
}

const shownMs = 4500
const withActionShownMs = 15_000
let lastId = 0
export const toasts = store<Toast[]>([])

export function toast(text: string, kind: Toast['kind'] = 'news', action?: ToastAction): void {
  const id = ++lastId
  toasts.update((now) => [...now.filter((other) => other.text !== text), { id, text, kind, action }].slice(-3))
  setTimeout(() => dismiss(id), action ? withActionShownMs : shownMs)
}

export const toastProblem = (error: unknown) => toast(explain(error), 'problem')

export function dismiss(id: number): void {
  toasts.update((now) => now.filter((other) => other.id !== id))
}
