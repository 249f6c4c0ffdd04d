import type { JSX } from 'preact'
import { words } from '../language.ts'
import { useStore } from '../store.ts'
import type { FilmProblem } from './healing.ts'

interface TroubleProps {
  problem: FilmProblem
  onRetry(): void
  onNext(): void
}

/** Says why a film does not play, and offers what helps: loading it again only where that can help. */
export function Trouble({ problem, onRetry, onNext }: TroubleProps): JSX.Element {
  const text = useStore(words)
  const [title, hint] = text.filmProblems[problem]
  return (
    <div class={`broken ${problem === 'noPicture' ? 'pictureless' : ''}`} role="alert">
      <p>
        <strong>{title}</strong>
      </p>
      {hint && <p>{hint}</p>}
      <div class="broken-ways">
        {problem === 'unreachable' && (
          <button type="button" class="button" onClick={onRetry}>
            {text.retry}
          </button>
        )}
        <button type="button" class="button" onClick={onNext}>
          {text.next}
        </button>
      </div>
    </div>
  )
}
