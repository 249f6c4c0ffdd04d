export interface Deadlines {
  /** How long a call may take, ms. */
  deadlineMs: number
  /** Calls, by method name, that may take longer (ms), such as those that hash a password. */
  deadlines?: Record<string, number>
}
