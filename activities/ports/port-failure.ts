/**
 * Why an outside system behind a port did not answer as asked.
 * - `PORT_TIMEOUT`: no whole answer in time; what was asked may have been done all the same.
 * - `PORT_UNAVAILABLE`: not reached, or it said that it cannot just now.
 * - `PORT_REFUSED`: it refused the request; asking again changes nothing.
 * - `PORT_REDIRECTED`: it sent us elsewhere, which is never followed.
 * - `PORT_ANSWER_TOO_LARGE`, `PORT_ANSWER_INVALID`: it answered, but not what was agreed.
 * - `PORT_INPUT_INVALID`: what was to be asked cannot be asked of it.
 * - `PORT_ADDRESS_REFUSED`: its address leads where we may not go.
 * - `PAYMENT_PENDING`: the payment is ordered and not decided yet; asking again tells.
 * - `PAYMENT_CONFLICT`: another payment was ordered under the same effect id.
 * - the other `PAYMENT_…`: the bank rejected the payment, and why; the same order is never paid.
 */
export type PortFailureCode =
  | 'PORT_TIMEOUT'
  | 'PORT_UNAVAILABLE'
  | 'PORT_REFUSED'
  | 'PORT_REDIRECTED'
  | 'PORT_ANSWER_TOO_LARGE'
  | 'PORT_ANSWER_INVALID'
  | 'PORT_INPUT_INVALID'
  | 'PORT_ADDRESS_REFUSED'
  | 'PAYMENT_PENDING'
  | 'PAYMENT_CONFLICT'
  | 'PAYMENT_ACCOUNT_UNKNOWN'
  | 'PAYMENT_ACCOUNT_CLOSED'
  | 'PAYMENT_NAME_MISMATCH'
  | 'PAYMENT_LIMIT_EXCEEDED'
  | 'PAYMENT_REJECTED';

/** Which port was asked for what, e.g. `policy` and `findByPlate`. */
export interface Asked {
  port: string;
  operation: string;
}

const retryable: ReadonlySet<PortFailureCode> = new Set([
  'PORT_TIMEOUT',
  'PORT_UNAVAILABLE',
  'PAYMENT_PENDING',
]);

/**
 * A port's failure. It carries no personal value: neither what was sent nor what came back, no address, and no
 * `cause`, since a library's own error may quote them.
 */
export class PortFailure extends Error {
  readonly code: PortFailureCode;
  readonly port: string;
  readonly operation: string;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** HTTP status of the answer, where there was one. */
  readonly status?: number;

  constructor({ port, operation }: Asked, code: PortFailureCode, reason: string, status?: number) {
    super(`${port}.${operation}: ${reason}`);
    this.name = 'PortFailure';
    this.code = code;
    this.port = port;
    this.operation = operation;
    this.retryable = retryable.has(code);
    if (status !== undefined) this.status = status;
  }
}
