/** sysexits.h EX_CONFIG: what the settings name cannot be used. */
const wrongSettings = 78

/** What keeps a process from starting and is told in one sentence to the person who starts it: no bug, so no stack. */
export class StartFailure extends Error {
  readonly exitCode: number

  constructor(message: string, exitCode = wrongSettings, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StartFailure'
    this.exitCode = exitCode
  }
}
