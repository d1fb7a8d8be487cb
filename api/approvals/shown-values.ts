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
}

/** Finds what a value is called, by its path; undefined where nobody has said so. */
export type TitleOf = (path: string) => Title | undefined;

/** The values in it, a line for each: money as one, and lists of plain values. */
export const shownValues = (value: Json, titleOf: TitleOf, path = '', above?: Title): ShownValue[] => {
  const title = titleOf(path) ?? above;
  if (!isPlainObject(value) && !(Array.isArray(value) && value.some(isPlainObject))) {
    return [{ path, title: title ?? plain(path), value }];
  }
  if (isSealed(value)) {
    return [{ path, title: title ?? plain(path), value: masked }];
  }
  if (isMoney(value)) {
    return [{ path, title: title ?? plain(path), value }];
  }
  return Object.entries(value as { [key: string]: Json }).flatMap(([key, item]) => {
    const inner = path === '' ? key : `${path}.${key}`;
    return shownValues(
      item,
      titleOf,
      inner,
      title === undefined ? undefined : joined(title, titleOf(inner), key),
    );
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

/** What the case's data call a value that an expression such as `data.opinion.amount` reads; undefined for another. */
export const dataTitle = (expression: string, schema: JsonSchema, root: JsonSchema): Title | undefined => {
  const path = /^data((?:\.[A-Za-z][A-Za-z0-9]*)+)$/.exec(expression.trim())?.[1];
  const keys = path?.slice(1).split('.') ?? [];
  const found = keys.reduce<JsonSchema | undefined>((at, key) => {
    const target = at?.$ref === undefined ? at : resolveRef(at.$ref, root);
    return target?.properties?.[key];
  }, schema);
  const title = path === undefined ? undefined : (found as { title?: Title } | undefined)?.title;
  return title;
};

/** An amount in minor units as people read it. */
export const moneyText = ({ amount, currency }: Money, language: string): string => {
  const format = new Intl.NumberFormat(language, { style: 'currency', currency });
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
};

/** A value as a reader of this language reads it. */
export const valueText = (value: Json, language: Language): string => {
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
      : value.map((item) => valueText(item, language)).join(language === 'zh' ? '、' : ', ');
  }
  return String(value);
};
