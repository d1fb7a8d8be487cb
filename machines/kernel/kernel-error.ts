/**
 * A step that a definition led into a dead end: an expression that fails, an amount that is no amount, an
 * endless loop. Never a refusal of the sender's; the message holds no value of the case.
 */
export class KernelError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'KernelError';
    this.code = code;
  }
}
