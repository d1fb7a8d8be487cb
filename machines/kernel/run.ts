import { NotCanonicalError } from './canonical-json.ts';
import type { Facts } from './command.ts';
import type { Compiled } from './compile.ts';
import { views } from './diff.ts';
import type { Effect } from './effect.ts';
import { type Entry, type EntryLeaf, leafBytesMax, sealEntry } from './entry.ts';
import type { Json, Sealed } from './json.ts';
import { KernelError } from './kernel-error.ts';
import { type Policy, policyName, policyOf } from './policy/table.ts';
import { restriction } from './restriction.ts';
import type { CaseState } from './state.ts';

/** One step being made: a draft of the case, and what it has produced so far. Lives for one call only. */
export interface Run {
  compiled: Compiled;
  /** Who may do what in this case. */
  policy: Policy;
  /** Replaced part by part, never changed in place: earlier parts are compared with later ones. */
  state: CaseState;
  /** The case as the last entry left it. */
  marked: CaseState;
  /** When it is recorded: workflow time. */
  at: string;
  /** The case's clock: `at`, or in historical mode the file's time. */
  clock: string;
  entries: Entry[];
  effects: Effect[];
  /** Ids made since the last entry. */
  ids: number;
  /** How often the machine was told in this step that everything is undone. */
  compensated: number;
}

/** Why something happened: becomes the fields of an entry. */
export interface Cause {
  type: string;
  commandId: string;
  facts: Facts;
  data: Json;
  due?: string;
  receivedAt?: string;
  occurredAt?: string;
  /** Whose right was used, where it was lent to whoever acted. */
  rightOf?: string;
  /** The table decided it, and its entry names the version. */
  byPolicy?: true;
  /** The case that sent the message, where one did. */
  fromCaseId?: string;
  /** The event that the cause brought, where it is one: a task it belongs to is completed by it. */
  event?: string;
}

/** @throws KernelError `POLICY_MISSING` where the case follows another table than the one that is there */
export const startRun = (compiled: Compiled, state: CaseState, at: string, clock: string): Run => ({
  compiled,
  policy: pinnedPolicy(compiled, state),
  state,
  marked: state,
  at,
  clock,
  entries: [],
  effects: [],
  ids: 0,
  compensated: 0,
});

const pinnedPolicy = (compiled: Compiled, state: CaseState): Policy => {
  if (state.policy?.hash !== compiled.policyRef?.hash) {
    throw new KernelError('POLICY_MISSING', `The table that ${state.caseId} follows is not pinned.`);
  }
  return policyOf(compiled, state);
};

/** An id that no other thing of the case has: case, number of the entry to come, count within it. */
export const nextId = (run: Run): string => `${run.state.caseId}.${run.state.seq + 1}.${++run.ids}`;

/** The person who counts for rights and four eyes: the one acted for, else the actor. */
export const performer = (facts: Facts): { id: string; roles: string[] } =>
  facts.onBehalfOf && 'actor' in facts.onBehalfOf ? facts.onBehalfOf.actor : facts.actor;

/**
 * Writes the entry for what changed since the last one.
 *
 * @throws KernelError `ENTRY_TOO_LARGE`, or `NOT_CANONICAL` for what JSON cannot say; the run must then be dropped
 */
export const record = (run: Run, cause: Cause): void => {
  const { compiled, state, marked } = run;
  const { before, after, counts } = views(marked, state);
  const seq = state.seq + 1;
  const onBehalfOfId = onBehalfOf(cause.facts) ?? cause.rightOf;
  const isNamed = cause.byPolicy === true || cause.rightOf !== undefined || state.policy !== undefined;
  const policy = isNamed ? policyName(run.policy, state.policy) : undefined;
  const data = cause.data;
  const facts = cause.facts as unknown as Json;
  const leaf: EntryLeaf = {
    v: 1,
    tenant: state.tenant,
    caseId: state.caseId,
    epoch: state.epoch,
    seq,
    at: run.at,
    ...(cause.due === undefined ? {} : { due: cause.due }),
    ...(cause.receivedAt === undefined ? {} : { receivedAt: cause.receivedAt }),
    ...(cause.occurredAt === undefined ? {} : { occurredAt: cause.occurredAt }),
    ...(state.mode === undefined ? {} : { mode: state.mode }),
    ...(state.profile === undefined ? {} : { profile: state.profile }),
    actorId: cause.facts.actor.id,
    ...(onBehalfOfId === undefined ? {} : { onBehalfOfId }),
    type: cause.type,
    commandId: cause.commandId,
    data,
    facts,
    before,
    after,
    commitments: commitmentsIn([data, facts, before.changed, after.changed]),
    definition: state.definition,
    kernel: state.kernel,
    ...(policy === undefined ? {} : { policy }),
    calendar: state.calendars,
    prevHash: state.headHash,
  };
  const entry = seal(leaf, restriction(compiled.definition, leaf));
  if (utf8Length(entry.leaf) > leafBytesMax) {
    throw new KernelError('ENTRY_TOO_LARGE', `What this brings does not fit into ${leafBytesMax} bytes.`);
  }
  run.entries.push(entry);
  run.state = { ...state, seq, headHash: entry.hash, ...(counts || seq === 1 ? { rev: seq } : {}) };
  run.marked = run.state;
  run.ids = 0;
};

const seal = (leaf: EntryLeaf, restrictedTo: string[] | undefined): Entry => {
  try {
    return sealEntry(leaf, restrictedTo);
  } catch (error) {
    if (error instanceof NotCanonicalError) {
      throw new KernelError('NOT_CANONICAL', `What this brings is no JSON at "${error.pointer}".`);
    }
    throw error;
  }
};

const onBehalfOf = (facts: Facts): string | undefined => {
  if (!facts.onBehalfOf) {
    return undefined;
  }
  return 'actor' in facts.onBehalfOf ? facts.onBehalfOf.actor.id : 'customer';
};

const isSealed = (value: { [key: string]: Json }): value is { [key: string]: Json } & Sealed =>
  typeof value.ref === 'string' && typeof value.commitment === 'string' && Object.keys(value).length === 2;

/** The commitments of all sealed values in it, sorted, each once. */
const commitmentsIn = (value: Json): string[] => {
  const found = new Set<string>();
  const visit = (at: Json): void => {
    if (typeof at !== 'object' || at === null) {
      return;
    }
    if (!Array.isArray(at) && isSealed(at)) {
      found.add(at.commitment);
      return;
    }
    for (const inner of Object.values(at)) {
      visit(inner);
    }
  };
  visit(value);
  return [...found].sort();
};

/** Bytes of a text in UTF-8; a lone surrogate never gets here. */
const utf8Length = (text: string): number => {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) {
      bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
    }
  }
  return bytes;
};
