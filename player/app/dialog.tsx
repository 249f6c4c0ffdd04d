import type { ComponentChildren, JSX } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { Icon } from './icons.tsx'
import { words } from './language.ts'
import { store, useStore } from './store.ts'

interface DialogProps {
  title: string
  onClose(): void
  /** `card` stands in the middle, `sheet` comes from below on phones and from the side elsewhere. */
  shape?: 'card' | 'sheet'
  children: ComponentChildren
}

/** The browser's own modal dialog: it keeps the focus inside, gives it back, and closes on Esc. */
export function Dialog({ title, onClose, shape = 'card', children }: DialogProps): JSX.Element {
  const text = useStore(words)
  const titleId = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    const shown = dialog.current
    shown?.showModal()
    return () => {
      shown?.close()
      // What had the focus before may be gone by now: then whoever uses a keyboard goes on where the page begins.
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

interface Question {
  title: string
  detail?: string
  yes: string
  answer(isYes: boolean): void
}

const question = store<Question | undefined>(undefined)

/** Asks before something that cannot be undone. */
export function ask(title: string, yes: string, detail?: string): Promise<boolean> {
  return new Promise((resolve) => {
    question.value?.answer(false)
    const answer = (isYes: boolean) => {
      question.set(undefined)
      resolve(isYes)
    }
    question.set({ title, yes, answer, ...(detail === undefined ? {} : { detail }) })
  })
}

export function AskDialog(): JSX.Element | null {
  const asked = useStore(question)
  const text = useStore(words)
  if (!asked) return null
  return (
    <Dialog title={asked.title} onClose={() => asked.answer(false)}>
      {asked.detail && <p class="quiet">{asked.detail}</p>}
      <div class="dialog-actions">
        <button type="button" class="button" onClick={() => asked.answer(false)}>
          {text.cancel}
        </button>
        <button type="button" class="button danger" onClick={() => asked.answer(true)}>
          {asked.yes}
        </button>
      </div>
    </Dialog>
  )
}
