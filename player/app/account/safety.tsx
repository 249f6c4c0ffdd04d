import type { JSX } from 'preact'
import { ask } from '../dialog.tsx'
import { words } from '../language.ts'
import { leaveEverywhere } from '../session.ts'
import { useStore } from '../store.ts'
import { toast, toastProblem } from '../toast.ts'

interface SafetyProps {
  onPassword(): void
  onClose(): void
}

/** What the signed in find among the settings: who else may be in, and how to get them out. */
export function Safety({ onPassword, onClose }: SafetyProps): JSX.Element {
  const text = useStore(words)

  async function leaveAll(): Promise<void> {
    onClose()
    if (!(await ask(text.signOutEverywhere, text.signOut, text.signOutEverywhereHint))) return
    await leaveEverywhere().then(() => toast(text.signedOutEverywhere), toastProblem)
  }

  return (
    <section class="choice">
      <h3>{text.account}</h3>
      <div class="choice-buttons">
        <button type="button" class="button" onClick={onPassword}>
          {text.changePassword}
        </button>
        <button type="button" class="button" onClick={() => void leaveAll()}>
          {text.signOutEverywhere}
        </button>
      </div>
    </section>
  )
}
