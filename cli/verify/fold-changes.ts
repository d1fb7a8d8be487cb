import { canonicalJson } from '../../machines/kernel/canonical-json.ts';

/**
 * What a case's entries together say the case is: each entry names every value it changed by its JSON pointer, so
 * the last word on each pointer is the case. Null means that there is nothing.
 */
export type Folded = { [key: string]: unknown };

/** The parts of a case whose changes its entries name, as they are before the first entry. */
export const emptyFold = (): Folded => ({
  data: {},
  ledger: [],
  tasks: {},
  deadlines: {},
  documents: [],
  links: [],
  incidents: [],
  owner: null,
  status: 'open',
});

/** Puts one entry's changes in; the fold is changed in place. */
export const foldChanges = (folded: Folded, changed: { readonly [pointer: string]: unknown }): void => {
  for (const pointer in changed) {
    const steps = pointer.slice(1).split('/').map(unescaped);
    const last = steps.pop() ?? '';
    let at: Folded = folded;
    for (const step of steps) {
      const inner = Object.hasOwn(at, step) ? at[step] : undefined;
      if (typeof inner === 'object' && inner !== null) {
        at = inner as Folded;
      } else {
        const made: Folded = {};
        put(at, step, made);
        at = made;
      }
    }
    put(at, last, changed[pointer]);
  }
};

/** A plain assignment, but for the key "__proto__", which a pointer may well name. */
const put = (object: Folded, key: string, value: unknown): void => {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    object[key] = value;
  }
};

/** The first part of the case that says other than its entries; undefined where they agree. */
export const differingPart = (
  folded: Folded,
  state: { readonly [part: string]: unknown },
): string | undefined => Object.keys(emptyFold()).find((part) => text(folded[part]) !== text(state[part]));

/** One text for all that means the same: nothing is written for null, and lists end with their last thing. */
const text = (value: unknown): string => canonicalJson(withoutNulls(value) ?? null);

const withoutNulls = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map(withoutNulls).filter((item) => item !== null);
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null && inner !== undefined)
      .map(([key, inner]) => [key, withoutNulls(inner)]),
  );
};

const unescaped = (step: string): string =>
  step.includes('~') ? step.replaceAll('~1', '/').replaceAll('~0', '~') : step;
