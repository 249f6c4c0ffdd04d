import { unavailable } from './failure.ts'

export interface Deadlines {
  /** How long a call may take, ms. */
  deadlineMs: number
  /** Calls, by method name, that may take longer (ms), such as those that hash a password. */
  deadlines?: Record<string, number>
}

/** What a caller hears when nobody answered in time. */
export const deadlineExceeded = (options?: ErrorOptions) =>
  unavailable('the service is not available at the moment, please try again', options)
