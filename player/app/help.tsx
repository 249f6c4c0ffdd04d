import type { JSX } from 'preact'
import { PasswordDialog } from './account/password.tsx'
import { Safety } from './account/safety.tsx'
import { Dialog } from './dialog.tsx'
import { chooseLanguage, language, words } from './language.ts'
import { store, useStore } from './store.ts'
import { theme } from './theme.ts'
import { token } from './token.ts'

const shownDialog = store<'keys' | 'settings' | 'password' | undefined>(undefined)
export const showKeys = () => shownDialog.set('keys')
export const showSettings = () => shownDialog.set('settings')

export function HelpDialogs(): JSX.Element | null {
  const kind = useStore(shownDialog)
  const text = useStore(words)
  const close = () => shownDialog.set(undefined)
  if (kind === 'keys') {
    return (
      <Dialog title={text.keys} onClose={close}>
        <Keys />
      </Dialog>
    )
  }
  if (kind === 'settings') {
    return (
      <Dialog title={text.settings} onClose={close}>
        <Settings onClose={close} />
      </Dialog>
    )
  }
  if (kind === 'password') return <PasswordDialog onClose={close} />
  return null
}

function Keys(): JSX.Element {
  const text = useStore(words)
  return (
    <dl class="keys">
      {Object.entries(text.keyList).map(([key, meaning]) => (
        <div key={key}>
          <dt>
            {key.split(' ').map((name) => (
              <kbd key={name}>{name}</kbd>
            ))}
          </dt>
          <dd>{meaning}</dd>
        </div>
      ))}
    </dl>
  )
}

function Settings({ onClose }: { onClose(): void }): JSX.Element {
  const text = useStore(words)
  const sessionToken = useStore(token)
  const chosenTheme = useStore(theme)
  return (
    <>
      <Choice
        label={text.theme}
        name="theme"
        value={chosenTheme}
        options={text.themes}
        onChoose={(value) => theme.set(value)}
      />
      <Choice
        label={text.language}
        name="language"
        value={language()}
        options={{ zh: '中文', en: 'English' }}
        onChoose={(value) => chooseLanguage(value === 'zh' ? 'zh' : 'en')}
      />
      {sessionToken && <Safety onPassword={() => shownDialog.set('password')} onClose={onClose} />}
      <h3 class="only-wide">{text.keys}</h3>
      <div class="only-wide">
        <Keys />
      </div>
    </>
  )
}

interface ChoiceProps {
  label: string
  name: string
  value: string
  options: Record<string, string>
  onChoose(value: string): void
}

function Choice({ label, name, value, options, onChoose }: ChoiceProps): JSX.Element {
  return (
    <fieldset class="choice">
      <legend>{label}</legend>
      <div class="segments">
        {Object.entries(options).map(([key, optionLabel]) => (
          <label key={key}>
            <input type="radio" name={name} checked={key === value} onChange={() => onChoose(key)} />
            <span>{optionLabel}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
