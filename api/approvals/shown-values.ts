import { isPlainObject } from '../../machines/kernel/canonical-json.ts';
import type { Title } from '../../machines/kernel/definition.ts';
import type { Json, Money } from '../../machines/kernel/json.ts';
import { type JsonSchema, resolveRef } from '../../machines/kernel/json-schema.ts';
import { isSealed } from '../../machines/kernel/json-schema-value.ts';
import type { Language } from '../sign-in/pages/texts.ts';
import { masked } from '../unseal.ts';

/** One value that a card shows. */
export interface ShownValue {
  /** Where it stands in what is signed: keys joined by dots. */
  path: string;
  title: Title;
  value: Json;
  /** What it or its items are called, by value, where they are of a list. */
  values?: ValueTitles;
  /** It is a person's id. */
  isPerson?: true;
}

export type ValueTitles = { readonly [value: string]: Title };

/** What a value is called, and its values where they are of a list. */
export interface Named {
  title?: Title | undefined;
  values?: ValueTitles | undefined;
  isPerson?: boolean;
}

/** Finds what a value is called, by its path; nothing where nobody has said so. */
export type NamedOf = (path: string) => Named;

/** The values in it, a line for each: money as one, and lists of plain values. */
export const shownValues = (
  value: Json,
  namedOf: NamedOf,
  path = '',
  { title, values, isPerson = false }: Named = namedOf(path),
): ShownValue[] => {
  const line = { path, title: title ?? plain(path) };
  if (!isPlainObject(value) && !(Array.isArray(value) && value.some(isPlainObject))) {
    const called = values === undefined ? {} : { values };
    return [{ ...line, value, ...called, ...(isPerson ? { isPerson } : {}) }];
  }
  if (isSealed(value)) {
    return [{ ...line, value: masked }];
  }
  if (isMoney(value)) {
    return [{ ...line, value }];
  }
  return Object.entries(value as { [key: string]: Json }).flatMap(([key, item]) => {
    const inner = path === '' ? key : `${path}.${key}`;
    const own = namedOf(inner);
    const full = title === undefined ? own : { ...own, title: joined(title, own.title, key) };
    return shownValues(item, namedOf, inner, full);
  });
};

const plain = (path: string): Title => ({ zh: path, en: path });

const joined = (above: Title, own: Title | undefined, key: string): Title => ({
  zh: `${above.zh} · ${own?.zh ?? key}`,
  en: `${above.en} · ${own?.en ?? key}`,
});

export const isMoney = (value: Json): value is Json & Money =>
  isPlainObject(value) &&
  typeof (value as { amount?: Json }).amount === 'number' &&
  typeof (value as { currency?: Json }).currency === 'string';

/**
 * What the case's data call a value that an expression such as `data.opinion` reads, or one that lies below it; nothing
 * for another.
 */
export const namedInData = (
  expression: string,
  below: readonly string[],
  schema: JsonSchema,
  root: JsonSchema,
): Named => {
  const read = /^data((?:\.[A-Za-z][A-Za-z0-9]*)+)$/.exec(expression.trim())?.[1];
  if (read === undefined) {
    return {};
  }
  const field = [...read.slice(1).split('.'), ...below].reduce<JsonSchema | undefined>((at, key) => {
    const { properties, items } = at === undefined ? {} : resolved(at, root);
    return properties?.[key] ?? items;
  }, schema);
  if (field === undefined) {
    return {};
  }
  const { items, ...itself } = resolved(field, root);
  const values = itself['x-titles'] ?? (items && resolved(items, root)['x-titles']);
  return {
    title: field.title as Title | undefined,
    values: values as ValueTitles | undefined,
    isPerson: itself['x-person'] !== undefined,
  };
};

const resolved = (schema: JsonSchema, root: JsonSchema): JsonSchema =>
  (schema.$ref === undefined ? undefined : resolveRef(schema.$ref, root)) ?? schema;

/** An amount in minor units as people read it. */
export const moneyText = ({ amount, currency }: Money, language: string): string => {
  const format = new Intl.NumberFormat(language, { style: 'currency', currency });
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
};

/** A value as a reader of this language reads it. */
export const valueText = (value: Json, language: Language, values: ValueTitles = {}): string => {
  if (value === null || value === '') {
    return '–';
  }
  if (typeof value === 'boolean') {
    return { zh: value ? '是' : '否', en: value ? 'yes' : 'no' }[language];
  }
  if (isMoney(value)) {
    return moneyText(value, language);
  }
  if (Array.isArray(value)) {
    return value.length === 0
      ? '–'
      : value.map((item) => valueText(item, language, values)).join(language === 'zh' ? '、' : ', ');
  }
  return Object.hasOwn(values, String(value)) ? (values[String(value)]?.[language] ?? '') : String(value);
};
