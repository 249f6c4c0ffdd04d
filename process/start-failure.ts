/** sysexits.h EX_CONFIG: something that the settings name cannot be used. */
const wrongSettings = 78

/** Keeps a process from starting. Reported in one sentence to the person who starts it: it is no bug, so no stack. */
export class StartFailure extends Error {
  readonly exitCode: number

  constructor(message: string, exitCode = wrongSettings, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StartFailure'
    this.exitCode = exitCode
  }
}
