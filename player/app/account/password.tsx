import type { JSX } from 'preact'
import { useEffect, useId, useState } from 'preact/hooks'
import { Dialog } from '../dialog.tsx'
import { explain } from '../explain.ts'
import { FormEnd } from '../form-end.tsx'
import { words } from '../language.ts'
import { changePassword, viewer } from '../session.ts'
import { useStore } from '../store.ts'
import { toast } from '../toast.ts'
import { token } from '../token.ts'
import { useAccountLimits } from './limits.ts'
import { PasswordField, ShowPassword } from './password-field.tsx'

export function PasswordDialog({ onClose }: { onClose(): void }): JSX.Element {
  const text = useStore(words)
  const sessionToken = useStore(token)
  const me = useStore(viewer)
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [isPlain, setPlain] = useState(false)
  const [problem, setProblem] = useState('')
  const [isWaiting, setWaiting] = useState(false)
  const limits = useAccountLimits()
  const rulesId = useId()
  useEffect(() => {
    // The session has ended, perhaps in another tab.
    if (!sessionToken) onClose()
  }, [sessionToken])

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    setWaiting(true)
    setProblem('')
    try {
      await changePassword(current, next)
      toast(text.passwordChanged)
      onClose()
    } catch (error) {
      setProblem(explain(error))
      setWaiting(false)
    }
  }

  return (
    <Dialog title={text.changePassword} onClose={onClose}>
      <form class="form" onSubmit={(event) => void submit(event)}>
        {/* Password managers need the user name to know which account the new password belongs to. */}
        <input hidden readOnly autoComplete="username" value={me?.name} />
        <div>
          <PasswordField
            label={text.currentPassword}
            isNew={false}
            isPlain={isPlain}
            limits={limits}
            value={current}
            onInput={setCurrent}
          />
        </div>
        <div>
          <PasswordField
            label={text.newPassword}
            isNew
            isPlain={isPlain}
            limits={limits}
            value={next}
            rulesId={rulesId}
            onInput={setNext}
          />
          <ShowPassword isPlain={isPlain} onChange={setPlain} />
        </div>
        <p class="quiet rules" id={rulesId}>
          {text.newPasswordRules(limits.minPasswordLength, limits.maxPasswordLength)}
        </p>
        <FormEnd problem={problem} label={text.changePassword} isDisabled={isWaiting} />
      </form>
    </Dialog>
  )
}
