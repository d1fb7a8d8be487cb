import { pointerStep } from '../../machines/kernel/canonical-json.ts';
import { isCivilDate } from '../../machines/kernel/civil-date.ts';
import type { Json } from '../../machines/kernel/json.ts';
import type { FieldMap } from './http-field.ts';
import { minorUnits } from './minor-units.ts';

/** Elements that one list of an answer may have. */
const itemsMax = 1_000;

/** An answer that a field cannot be read from. `pointer` names the field of ours; the value is not repeated. */
export class UnreadableField extends Error {
  constructor(pointer: string, reason: string) {
    super(`${pointer === '' ? 'the answer' : pointer} ${reason}`);
    this.name = 'UnreadableField';
  }
}

/**
 * Reads a field of ours from a foreign answer; undefined where an optional one is absent.
 * @throws UnreadableField
 */
export const readField = (map: FieldMap, source: Json, pointer = ''): Json | undefined => {
  if (map.const !== undefined) {
    return map.const;
  }
  if (map.fields) {
    return isAbsent(map.ifPresent, source) ? undefined : readObject(map.fields, source, pointer);
  }
  if (map.each !== undefined && map.item) {
    return readList(map.each, map.item, map.optional === true, source, pointer);
  }
  const value = valueAt(source, map.from ?? '');
  if (value === undefined || value === null) {
    if (map.optional) return undefined;
    throw new UnreadableField(pointer, 'is missing');
  }
  return convert(map, value, source, pointer);
};

/** Whether a map reads nothing of the answer: a status alone may say it all, and such answers often have no body. */
export const readsNothing = ({ const: constant, fields, ifPresent }: FieldMap): boolean =>
  constant !== undefined ||
  (fields !== undefined && ifPresent === undefined && Object.values(fields).every(readsNothing));

const isAbsent = (pointer: string | undefined, source: Json): boolean =>
  pointer !== undefined && (valueAt(source, pointer) ?? null) === null;

const readObject = (fields: { [name: string]: FieldMap }, source: Json, pointer: string): Json => {
  const entries: [string, Json][] = [];
  for (const [name, map] of Object.entries(fields)) {
    const value = readField(map, source, pointer + pointerStep(name));
    if (value !== undefined) entries.push([name, value]);
  }
  return Object.fromEntries(entries);
};

const readList = (each: string, item: FieldMap, optional: boolean, source: Json, pointer: string): Json => {
  const list = valueAt(source, each) ?? null;
  if (list === null && optional) {
    return [];
  }
  if (!Array.isArray(list)) {
    throw new UnreadableField(pointer, list === null ? 'is missing' : 'is no list');
  }
  if (list.length > itemsMax) {
    throw new UnreadableField(pointer, `has more than ${itemsMax} elements`);
  }
  return list.map((element, index) => {
    const value = readField(item, element, pointer + pointerStep(index));
    if (value === undefined) throw new UnreadableField(pointer + pointerStep(index), 'is missing');
    return value;
  });
};

const convert = (map: FieldMap, value: Json, source: Json, pointer: string): Json => {
  if (map.values) {
    const foreign = typeof value === 'object' ? undefined : String(value);
    const ours =
      foreign !== undefined && Object.hasOwn(map.values, foreign) ? map.values[foreign] : undefined;
    if (ours === undefined) throw new UnreadableField(pointer, 'has a code that the mapping does not list');
    return ours;
  }
  if (map.money) {
    const { unit } = map.money;
    const currency = map.money.currency.startsWith('/')
      ? valueAt(source, map.money.currency)
      : map.money.currency;
    const amount = typeof currency === 'string' ? minorUnits(value, unit, currency) : undefined;
    if (amount === undefined) throw new UnreadableField(pointer, 'is no amount');
    return { amount, currency: String(currency) };
  }
  return map.date ? readDate(map.date, value, pointer) : value;
};

const readDate = (date: 'compact' | 'local-time', value: Json, pointer: string): string => {
  const text = String(value);
  const on =
    date === 'compact'
      ? text.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3')
      : text.replace(/^(\d{4}-\d{2}-\d{2})[ T]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?$/, '$1');
  // A time with an offset is refused: which local date it means depends on a zone that is not ours to guess.
  if (!isCivilDate(on)) throw new UnreadableField(pointer, 'is no date');
  return on;
};

/** The value at a JSON pointer, or undefined. Only own properties count. */
const valueAt = (source: Json, pointer: string): Json | undefined => {
  let value: Json | undefined = source;
  for (const step of pointer.split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) {
      return undefined;
    }
    value = Array.isArray(value) ? value[Number(key)] : value[key];
  }
  return value;
};
