import type { Json } from '../../machines/kernel/json.ts';

const digits = new Map<string, number>();

/** Decimals of a currency's minor unit (ISO 4217): 2 for CNY, 0 for JPY; undefined for no currency code. */
const decimalsOf = (currency: string): number | undefined => {
  if (!/^[A-Z]{3}$/.test(currency)) return undefined;
  const known = digits.get(currency);
  if (known !== undefined) return known;
  const { maximumFractionDigits = 2 } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
  }).resolvedOptions();
  digits.set(currency, maximumFractionDigits);
  return maximumFractionDigits;
};

/**
 * A foreign amount, number or decimal text, in integer minor units; undefined where it is none. It is read digit by
 * digit: 1234.56 × 100 is not 123456 in floating point. Decimals below the minor unit are refused, not rounded.
 */
export const minorUnits = (value: Json, unit: 'major' | 'minor', currency: string): number | undefined => {
  const decimals = decimalsOf(currency);
  const match = /^(-?)(\d{1,15})(?:\.(\d{1,6}))?$/.exec(
    typeof value === 'number' || typeof value === 'string' ? String(value) : '',
  );
  if (!match || decimals === undefined) return undefined;
  const [, sign = '', whole = '', fraction = ''] = match;
  const places = unit === 'major' ? decimals : 0;
  if (/[^0]/.test(fraction.slice(places))) return undefined;
  const amount = Number(sign + whole + fraction.slice(0, places).padEnd(places, '0'));
  return Number.isSafeInteger(amount) ? amount + 0 : undefined;
};

/** Integer minor units as decimal text in the currency's major unit: 123456 CNY is `1234.56`. */
export const majorText = (amount: number, currency: string): string => {
  const decimals = decimalsOf(currency) ?? 2;
  const text = String(Math.abs(amount)).padStart(decimals + 1, '0');
  const sign = amount < 0 ? '-' : '';
  return decimals === 0 ? sign + text : `${sign}${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
};
