import type { ComponentChildren, JSX } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { Icon } from './icons.tsx'
import { words } from './language.ts'
import { store, useStore } from './store.ts'

interface DialogProps {
  title: string
  onClose(): void
  /** `card` is centred; `sheet` slides in from below on phones and from the side on wider screens. */
  shape?: 'card' | 'sheet'
  children: ComponentChildren
}

/** The browser's modal <dialog>: it traps the focus, restores it on closing, and closes on Esc. */
export function Dialog({ title, onClose, shape = 'card', children }: DialogProps): JSX.Element {
  const text = useStore(words)
  const titleId = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => {
      element?.close()
      // The element that had the focus may be gone. Then the focus goes to the main content, for keyboard users.
      requestAnimationFrame(() => {
        if (document.activeElement === document.body) document.getElementById('main')?.focus()
      })
    }
  }, [])
  return (
    <dialog
      ref={dialog}
      class={`dialog ${shape}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onMouseDown={(event) => event.target === dialog.current && onClose()}
    >
      <div class="dialog-inside">
        <header class="dialog-head">
          <h2 id={titleId}>{title}</h2>
          <button type="button" class="icon-button" aria-label={text.close} onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  )
}

interface Confirmation {
  title: string
  detail?: string
  confirmLabel: string
  answer(isConfirmed: boolean): void
}

const pending = store<Confirmation | undefined>(undefined)

/** Asks the viewer to confirm an action that cannot be undone. A question that is still open is answered with no. */
export function confirmAction(title: string, confirmLabel: string, detail?: string): Promise<boolean> {
  return new Promise((resolve) => {
    pending.value?.answer(false)
    const answer = (isConfirmed: boolean) => {
      pending.set(undefined)
      resolve(isConfirmed)
    }
    pending.set({ title, confirmLabel, answer, ...(detail === undefined ? {} : { detail }) })
  })
}

export function ConfirmDialog(): JSX.Element | null {
  const confirmation = useStore(pending)
  const text = useStore(words)
  if (!confirmation) return null
  return (
    <Dialog title={confirmation.title} onClose={() => confirmation.answer(false)}>
      {confirmation.detail && <p class="quiet">{confirmation.detail}</p>}
      <div class="dialog-actions">
        <button type="button" class="button" onClick={() => confirmation.answer(false)}>
          {text.cancel}
        </button>
        <button type="button" class="button danger" onClick={() => confirmation.answer(true)}>
          {confirmation.confirmLabel}
        </button>
      </div>
    </Dialog>
  )
}
