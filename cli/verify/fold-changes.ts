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
  contacts: null,
  watchers: null,
  owner: null,
  handover: null,
  transfers: null,
  status: 'open',
});

/** Puts one entry's changes in; the fold is changed in place. */
export const foldChanges = (folded: Folded, changed: { readonly [pointer: string]: unknown }): void => {
  for (const pointer in changed) {
    // The first step is empty: a pointer begins with a slash.
    const steps = pointer.includes('~') ? pointer.split('/').map(unescaped) : pointer.split('/');
    const end = steps.length - 1;
    let at: Folded = folded;
    for (let index = 1; index < end; index++) {
      const step = steps[index] ?? '';
      const inner = Object.hasOwn(at, step) ? at[step] : undefined;
      if (typeof inner === 'object' && inner !== null) {
        at = inner as Folded;
      } else {
        const made: Folded = {};
        put(at, step, made);
        at = made;
      }
    }
    put(at, steps[end] ?? '', changed[pointer]);
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
): string | undefined => parts.find((part) => !isSame(folded[part], state[part]));

const parts = Object.keys(emptyFold());

/** Whether two values mean the same: a key or an item that is null or missing is nothing. */
const isSame = (left: unknown, right: unknown): boolean => {
  if (left === right) {
    return true;
  }
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) {
    return (left ?? null) === (right ?? null);
  }
  if (Array.isArray(left) !== Array.isArray(right)) {
    return false;
  }
  const one = left as Folded;
  const other = right as Folded;
  for (const key in one) {
    if (!isSame(one[key], Object.hasOwn(other, key) ? other[key] : undefined)) {
      return false;
    }
  }
  for (const key in other) {
    if ((other[key] ?? null) !== null && !Object.hasOwn(one, key)) {
      return false;
    }
  }
  return true;
};

const unescaped = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~');
