/** Plain JSON: what enters the kernel, leaves it, and is hashed. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** Money in integer minor units (fen, pence, cents) with its ISO 4217 currency. */
export interface Money {
  amount: number;
  currency: string;
}

/**
 * What stands for a personal value or free text everywhere outside the vault.
 * `ref` finds the value in the vault; `commitment` is a salted SHA-256 in hex, so that the trail
 * still proves the value after the vault has erased it.
 */
export interface Sealed {
  ref: string;
  commitment: string;
}
