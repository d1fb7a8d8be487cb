import type { View } from './entry.ts';
import type { Json, JsonObject } from './json.ts';
import type { CaseState } from './state.ts';

/** The case as it was before an entry, by what the entry shows of it then: its data, ledger, documents and the like. */
export const rewind = (state: CaseState, before: View): CaseState =>
  Object.entries(before.changed).reduce<Json>(
    (made, [pointer, value]) => put(made, pointer.split('/').slice(1).map(keyOf), value),
    state as unknown as Json,
  ) as unknown as CaseState;

/** RFC 6901. */
const keyOf = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~');

// An entry says null where there was no value.
const put = (at: Json | undefined, [key = '', ...rest]: string[], value: Json): Json => {
  if (Array.isArray(at)) {
    const index = Number(key);
    const item = rest.length === 0 ? value : put(at[index], rest, value);
    return item === null ? at.slice(0, index) : [...at.slice(0, index), item, ...at.slice(index + 1)];
  }
  const object: JsonObject = typeof at === 'object' && at !== null ? at : {};
  const { [key]: inner, ...others } = object;
  const item = rest.length === 0 ? value : put(inner, rest, value);
  return item === null ? others : { ...object, [key]: item };
};
