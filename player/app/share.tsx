import type { JSX } from 'preact'
import { Dialog } from './dialog.tsx'
import { words } from './language.ts'
import { store, useStore } from './store.ts'
import { toast } from './toast.ts'
import type { Video } from './types.ts'

/** A link that could not be copied: browsers allow clipboard access only over https or on localhost. */
const urlToCopy = store('')

export async function share(video: Video): Promise<void> {
  const url = `${location.origin}/v/${video.id}`
  if (navigator.share && matchMedia('(pointer: coarse)').matches) {
    // A rejection means that the viewer closed the share menu.
    await navigator.share({ title: video.title, url }).catch(() => {})
    return
  }
  try {
    await navigator.clipboard.writeText(url)
    toast(words.value.linkCopied)
  } catch {
    urlToCopy.set(url)
  }
}

export function ShareDialog(): JSX.Element | null {
  const url = useStore(urlToCopy)
  const text = useStore(words)
  if (!url) return null
  return (
    <Dialog title={text.copyLink} onClose={() => urlToCopy.set('')}>
      <input
        class="field"
        readOnly
        aria-label={text.copyLink}
        value={url}
        onFocus={(event) => event.currentTarget.select()}
      />
    </Dialog>
  )
}
