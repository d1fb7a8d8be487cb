import { canonicalJson } from './canonical-json.ts';
import type { Facts } from './command.ts';
import type { Json } from './json.ts';
import { sha256Hex } from './sha256.ts';
import type { DefinitionRef } from './state.ts';

/** The part of the case that an entry shows before and after: the active states and what changed. */
export interface View {
  states: string[];
  /** JSON pointer into `{data, ledger, tasks, deadlines, links, …}` → value; null where there was or is none. */
  changed: { [pointer: string]: Json };
}

/**
 * What is hashed. The list of fields is frozen: a verifier written today must read every later trail.
 * Fields marked optional are left out of the leaf where they do not apply.
 */
export interface EntryLeaf {
  v: 1;
  tenant: string;
  caseId: string;
  epoch: number;
  seq: number;
  /** When it was recorded. */
  at: string;
  /** When it fell due: deadlines and delayed events. */
  due?: string;
  receivedAt?: string;
  occurredAt?: string;
  mode?: 'historical';
  profile?: string;
  actorId: string;
  onBehalfOfId?: string;
  type: string;
  commandId: string;
  /** What the command brought. */
  data: Json;
  facts: Json;
  before: View;
  after: View;
  /** The commitments of all sealed values in this entry, sorted. */
  commitments: string[];
  definition: DefinitionRef;
  kernel: number;
  policy?: string;
  /** Calendar id → SHA-256 of the slice that dates were computed with. */
  calendar: { [id: string]: string };
  prevHash: string;
}

/** One line of a case's audit trail: `hash` = SHA-256 of the byte 0x00 and the leaf. */
export interface Entry {
  seq: number;
  type: string;
  /** The canonical JSON (RFC 8785) of an `EntryLeaf`. */
  leaf: string;
  hash: string;
  /** Roles that may see the whole leaf; absent: everybody who may see the case. */
  restrictedTo?: string[];
}

/** Bytes that one leaf may have: a C2SP bundle stores its length in two bytes. */
export const leafBytesMax = 65_535;

/** `prevHash` of a case's first entry. */
export const genesisHash = '0'.repeat(64);

export const sealEntry = (leaf: EntryLeaf, restrictedTo?: string[]): Entry => {
  const text = canonicalJson(leaf as unknown as Json);
  const entry: Entry = { seq: leaf.seq, type: leaf.type, leaf: text, hash: leafHash(text) };
  return restrictedTo ? { ...entry, restrictedTo } : entry;
};

/** RFC 6962 leaf hash: domain-separated from inner nodes by the leading zero byte. */
export const leafHash = (leaf: string): string => sha256Hex(`\u0000${leaf}`);

export type { Facts };
