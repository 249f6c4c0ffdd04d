import type { JSX } from 'preact'
import { useId } from 'preact/hooks'
import { words } from '../language.ts'
import { useStore } from '../store.ts'
import type { AccountLimits } from './limits.ts'

interface PasswordProps {
  label: string
  /** The user is choosing a new password, so the length rules apply. */
  isNew: boolean
  isPlain: boolean
  limits: AccountLimits
  value: string
  rulesId?: string
  onInput(value: string): void
}

export function PasswordField(props: PasswordProps): JSX.Element {
  const { label, isNew, isPlain, limits, value, rulesId, onInput } = props
  const id = useId()
  return (
    <>
      <label class="field-label" for={id}>
        {label}
      </label>
      <input
        id={id}
        class="field"
        required
        minLength={isNew ? limits.minPasswordLength : 1}
        maxLength={2 * limits.maxPasswordLength}
        type={isPlain ? 'text' : 'password'}
        autoComplete={isNew ? 'new-password' : 'current-password'}
        value={value}
        aria-describedby={isNew ? rulesId : undefined}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </>
  )
}

export function ShowPassword({
  isPlain,
  onChange,
}: {
  isPlain: boolean
  onChange(isPlain: boolean): void
}): JSX.Element {
  const text = useStore(words)
  return (
    <label class="check">
      <input type="checkbox" checked={isPlain} onChange={() => onChange(!isPlain)} /> {text.showPassword}
    </label>
  )
}
