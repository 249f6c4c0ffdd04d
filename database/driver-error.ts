interface DriverError {
  code?: string
  errno?: number
  message?: string
}

/** drizzle wraps what mysql2 threw. */
const driverError = (error: unknown): DriverError => {
  const outer = error as DriverError & { cause?: DriverError }
  return outer.cause?.code === undefined && outer.cause?.errno === undefined ? outer : outer.cause
}

/** The MySQL error code of what drizzle or mysql2 threw, such as ER_DUP_ENTRY. */
export const errorCode = (error: unknown): string | undefined => driverError(error).code

/** The number that the server gave, for errors that mysql2 has no name for; 0 where no server gave one. */
export const errorNumber = (error: unknown): number => driverError(error).errno ?? 0

export function errorMessage(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { message?: string } }
  return cause?.message ?? message ?? ''
}
