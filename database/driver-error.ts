interface DriverError {
  code?: string
  errno?: number
  message?: string
}

/** drizzle wraps the error of mysql2: the code and number are in `cause`. */
const driverError = (error: unknown): DriverError => {
  const outer = error as DriverError & { cause?: DriverError }
  return outer.cause?.code === undefined && outer.cause?.errno === undefined ? outer : outer.cause
}

/** The MySQL error code of an error from drizzle or mysql2, such as ER_DUP_ENTRY. */
export const errorCode = (error: unknown): string | undefined => driverError(error).code

/** The error number that the server sent, for errors that mysql2 has no name for; 0 if no server sent one. */
export const errorNumber = (error: unknown): number => driverError(error).errno ?? 0

export function errorMessage(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { message?: string } }
  return cause?.message ?? message ?? ''
}
