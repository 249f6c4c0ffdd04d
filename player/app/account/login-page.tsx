import type { JSX } from 'preact'
import { useEffect, useId, useState } from 'preact/hooks'
import { explain } from '../explain.ts'
import { FormEnd } from '../form-end.tsx'
import { showSettings } from '../help.tsx'
import { Icon, Mark } from '../icons.tsx'
import { words } from '../language.ts'
import { navigate } from '../router.ts'
import { signIn } from '../session.ts'
import { useStore } from '../store.ts'
import { token } from '../token.ts'
import { useAccountLimits } from './limits.ts'
import { PasswordField, ShowPassword } from './password-field.tsx'

/** Returns only paths of this site: a crafted link must not redirect the user to another site after sign-in. */
function nextPath(): string {
  const next = new URLSearchParams(location.search).get('next') ?? '/'
  return /^\/(?![/\\])/.test(next) && !next.startsWith('/login') ? next : '/'
}

export function LoginPage(): JSX.Element {
  const text = useStore(words)
  const sessionToken = useStore(token)
  const [isNew, setNew] = useState(false)
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [isPlain, setPlain] = useState(false)
  const [problem, setProblem] = useState('')
  const [isWaiting, setWaiting] = useState(false)
  const limits = useAccountLimits()
  const nameId = useId()
  const rulesId = useId()
  useEffect(() => {
    // On other paths the app replaces this form with the page itself after sign-in.
    if (sessionToken && location.pathname === '/login') navigate(nextPath(), { replace: true })
  }, [sessionToken])

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    setWaiting(true)
    setProblem('')
    await signIn(isNew ? 'register' : 'login', name, password).catch((error) => setProblem(explain(error)))
    setWaiting(false)
  }

  return (
    <div class="account">
      <button
        type="button"
        class="icon-button only-narrow account-settings"
        aria-label={text.settings}
        onClick={showSettings}
      >
        <Icon name="settings" />
      </button>
      <Mark />
      <h1>{isNew ? text.welcomeNew : text.welcome}</h1>
      <p class="quiet">{text.loginLead}</p>
      <form class="form" onSubmit={(event) => void submit(event)}>
        <div>
          <label class="field-label" for={nameId}>
            {text.userName}
          </label>
          <input
            id={nameId}
            class="field"
            required
            maxLength={2 * limits.maxNameLength}
            autoComplete="username"
            autoCapitalize="none"
            spellcheck={false}
            value={name}
            aria-describedby={isNew ? rulesId : undefined}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </div>
        <div>
          <PasswordField
            label={text.password}
            isNew={isNew}
            isPlain={isPlain}
            limits={limits}
            value={password}
            rulesId={rulesId}
            onInput={setPassword}
          />
          <ShowPassword isPlain={isPlain} onChange={setPlain} />
        </div>
        {isNew && (
          <p class="quiet rules" id={rulesId}>
            {text.rules(limits.maxNameLength, limits.minPasswordLength, limits.maxPasswordLength)}
          </p>
        )}
        <FormEnd problem={problem} label={isNew ? text.signUp : text.signIn} isDisabled={isWaiting} />
      </form>
      <p class="account-other">
        {isNew ? text.haveAccount : text.noAccount}{' '}
        <button
          type="button"
          class="text-button"
          onClick={() => {
            setNew(!isNew)
            setProblem('')
          }}
        >
          {isNew ? text.signIn : text.signUp}
        </button>
      </p>
    </div>
  )
}
