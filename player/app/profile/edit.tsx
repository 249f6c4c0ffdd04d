import type { JSX } from 'preact'
import { useEffect, useId, useState } from 'preact/hooks'
import { localUrl, postForm } from '../api.ts'
import { Dialog } from '../dialog.tsx'
import { explain } from '../explain.ts'
import { FormEnd } from '../form-end.tsx'
import { Icon } from '../icons.tsx'
import { words } from '../language.ts'
import { useStore } from '../store.ts'
import { toast } from '../toast.ts'
import type { User } from '../types.ts'

interface EditProps {
  user: User
  onClose(): void
  onSaved(user: User): void
}

export function EditDialog({ user, onClose, onSaved }: EditProps): JSX.Element {
  const text = useStore(words)
  const [name, setName] = useState(user.name)
  const [signature, setSignature] = useState(user.signature)
  const [avatar, setAvatar] = useState<File>()
  const [background, setBackground] = useState<File>()
  const [problem, setProblem] = useState('')
  const [isSaving, setSaving] = useState(false)
  const nameId = useId()
  const signatureId = useId()

  async function save(event: Event): Promise<void> {
    event.preventDefault()
    setSaving(true)
    setProblem('')
    const form = new FormData()
    if (name !== user.name) form.set('name', name)
    if (signature !== user.signature) form.set('signature', signature.trim())
    if (avatar) form.set('avatar', avatar)
    if (background) form.set('background_image', background)
    try {
      if ([...form.keys()].length > 0) onSaved((await postForm<{ user: User }>('/user/update/', form)).user)
      toast(text.saved)
      onClose()
    } catch (error) {
      setProblem(explain(error))
      setSaving(false)
    }
  }

  return (
    <Dialog title={text.editProfile} onClose={onClose}>
      <form class="form" onSubmit={(event) => void save(event)}>
        <div class="edit-pictures">
          <PictureField label={text.background} shape="wide" now={user.background_image} onChoose={setBackground} />
          <PictureField label={text.avatar} shape="round" now={user.avatar} onChoose={setAvatar} />
        </div>
        <div>
          <label class="field-label" for={nameId}>
            {text.displayName}
          </label>
          <input
            id={nameId}
            class="field"
            required
            maxLength={64}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </div>
        <div>
          <label class="field-label" for={signatureId}>
            {text.signature}
          </label>
          <textarea
            id={signatureId}
            class="field"
            rows={3}
            maxLength={255}
            value={signature}
            onInput={(event) => setSignature(event.currentTarget.value)}
          />
        </div>
        <FormEnd problem={problem} label={text.save} isDisabled={isSaving || !name.trim()} />
      </form>
    </Dialog>
  )
}

interface PictureProps {
  label: string
  shape: 'wide' | 'round'
  now: string
  onChoose(file: File): void
}

function PictureField({ label, shape, now, onChoose }: PictureProps): JSX.Element {
  const [preview, setPreview] = useState('')
  useEffect(() => () => URL.revokeObjectURL(preview), [preview])
  return (
    <label class={`picture-field ${shape}`}>
      <img src={preview || localUrl(now)} alt="" />
      <span class="picture-mark">
        <Icon name="camera" />
      </span>
      <span class="hidden">{label}</span>
      <input
        class="hidden"
        type="file"
        accept="image/jpeg,image/png,image/webp"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0]
          if (!file) return
          setPreview(URL.createObjectURL(file))
          onChoose(file)
        }}
      />
    </label>
  )
}
