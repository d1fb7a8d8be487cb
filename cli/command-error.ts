/** A failure that a person can act upon: the command prints `message` alone, without a stack, and ends with `exitCode`. */
export class CommandError extends Error {
  override name = 'CommandError';
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
