import { unavailable } from './failure.ts'

export interface Deadlines {
  /** How long a call may take, ms. */
  deadlineMs: number
  /** Calls, by method name, that may take longer (ms), such as those that hash a password. */
  deadlines?: Record<string, number>
}

/** The failure of a call that got no response in time. */
export const deadlineExceeded = (options?: ErrorOptions) =>
  unavailable('the service is not available at the moment, please try again', options)
