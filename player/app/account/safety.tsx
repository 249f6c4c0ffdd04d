import type { JSX } from 'preact'
import { confirmAction } from '../dialog.tsx'
import { words } from '../language.ts'
import { signOutEverywhere } from '../session.ts'
import { useStore } from '../store.ts'
import { toast, toastProblem } from '../toast.ts'

interface SafetyProps {
  onPassword(): void
  onClose(): void
}

/** The account section of the settings, for signed-in users: change the password, sign out on all devices. */
export function Safety({ onPassword, onClose }: SafetyProps): JSX.Element {
  const text = useStore(words)

  async function signOutAll(): Promise<void> {
    onClose()
    if (!(await confirmAction(text.signOutEverywhere, text.signOut, text.signOutEverywhereHint))) return
    await signOutEverywhere().then(() => toast(text.signedOutEverywhere), toastProblem)
  }

  return (
    <section class="choice">
      <h3>{text.account}</h3>
      <div class="choice-buttons">
        <button type="button" class="button" onClick={onPassword}>
          {text.changePassword}
        </button>
        <button type="button" class="button" onClick={() => void signOutAll()}>
          {text.signOutEverywhere}
        </button>
      </div>
    </section>
  )
}
