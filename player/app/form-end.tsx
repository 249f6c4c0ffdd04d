import type { JSX } from 'preact'

interface FormEndProps {
  /** What went wrong, to be read out; empty if nothing did. */
  problem: string
  label: string
  isDisabled: boolean
}

/** The last of a form: what went wrong, and the button that sends it. */
export function FormEnd({ problem, label, isDisabled }: FormEndProps): JSX.Element {
  return (
    <>
      {problem && (
        <p class="form-problem" role="alert">
          {problem}
        </p>
      )}
      <button type="submit" class="button primary" disabled={isDisabled}>
        {label}
      </button>
    </>
  )
}
