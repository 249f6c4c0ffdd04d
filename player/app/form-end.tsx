import type { JSX } from 'preact'

interface FormEndProps {
  /** The error message, which screen readers announce; empty if there is none. */
  problem: string
  label: string
  isDisabled: boolean
}

/** The end of a form: the error message and the submit button. */
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
