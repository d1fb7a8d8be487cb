import type { View } from './entry.ts';
import type { Json, JsonObject } from './json.ts';
import type { CaseState } from './state.ts';

/** Parts of a case whose changes an entry shows. */
const shown = [
  'data',
  'ledger',
  'tasks',
  'deadlines',
  'documents',
  'links',
  'incidents',
  'contacts',
  'handover',
  'watchers',
  'transfers',
  'excluded',
  'owner',
  'approved',
  'signing',
  'status',
] as const;

/** The parts whose change makes a case's `rev` move, beside its active states. */
const counted = ['data', 'tasks'] as const;

/**
 * What changed from one case to the next, by JSON pointer: the deepest values that differ, arrays of scalars as a
 * whole, null where a value was missing.
 */
export const views = (
  before: CaseState,
  after: CaseState,
): { before: View; after: View; counts: boolean } => {
  const left: View = { states: before.machine.states, changed: {} };
  const right: View = { states: after.machine.states, changed: {} };
  for (const part of shown) {
    compare(`/${part}`, before[part] as Json, after[part] as Json, left.changed, right.changed);
  }
  const counts =
    before.machine.states.join() !== after.machine.states.join() ||
    counted.some((part) => Object.keys(right.changed).some((pointer) => pointer.startsWith(`/${part}/`)));
  return { before: left, after: right, counts };
};

const compare = (
  pointer: string,
  before: Json | undefined,
  after: Json | undefined,
  left: View['changed'],
  right: View['changed'],
): void => {
  if (before === after) {
    return;
  }
  if (isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      compare(`${pointer}/${escapeKey(key)}`, before[key], after[key], left, right);
    }
    return;
  }
  if (Array.isArray(before) && Array.isArray(after) && (before.some(isObject) || after.some(isObject))) {
    for (let index = 0; index < Math.max(before.length, after.length); index++) {
      compare(`${pointer}/${index}`, before[index], after[index], left, right);
    }
    return;
  }
  if (JSON.stringify(before) !== JSON.stringify(after)) {
    left[pointer] = before ?? null;
    right[pointer] = after ?? null;
  }
};

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** RFC 6901. */
const escapeKey = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');
