/**
 * Verbs on a seat of a decision by several people: return 驳回, delegate 委派, add a signer 加签, remove one 减签, withdraw the
 * whole 撤回; `climb` is the engine's own, where nobody may take the seat.
 */
export type SeatVerb = 'return' | 'delegate' | 'add-signer' | 'remove-signer' | 'withdraw' | 'climb';
