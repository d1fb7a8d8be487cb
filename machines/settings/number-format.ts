/** Case numbers as they are where nobody has chosen a format: `CL-2026-000001`. */
export const defaultNumberFormat = '{prefix}-{year}-{n:6}';

const slot = /\{(prefix|year|yy|n(?::([1-9]|1[0-2]))?)\}/g;
const formatCharsMax = 60;

/**
 * Why a text is no format of case numbers; undefined where it is one. A format names the kind's prefix `{prefix}`, the
 * year `{year}` or its last two digits `{yy}`, and the count within kind and year `{n}` or, at least six digits long,
 * `{n:6}`: without one of them two cases could get the same number.
 */
export const numberFormatProblem = (format: string): string | undefined => {
  const count = (pattern: RegExp): number => format.match(pattern)?.length ?? 0;
  if (format.length > formatCharsMax) {
    return `has more than ${formatCharsMax} characters`;
  }
  if (!/^[A-Za-z0-9\-_./]*$/.test(format.replace(slot, ''))) {
    return 'holds something beside {prefix}, {year}, {yy}, {n}, {n:6}, letters, digits and - _ . /';
  }
  if (count(/\{prefix\}/g) !== 1 || count(/\{n(:\d+)?\}/g) !== 1 || count(/\{(year|yy)\}/g) !== 1) {
    return 'must hold {prefix}, {year} or {yy}, and {n} or {n:6}, each once';
  }
  // `1` and `12` after `CL1` and `CL` would be one number.
  return /\}\{n[:}]/.test(format) && !/\{n:/.test(format)
    ? 'needs a sign before {n}, or a length such as {n:6}'
    : undefined;
};

/** A case number in a format that has no problem. */
export const formatNumber = (
  format: string,
  { prefix, year, n }: { prefix: string; year: number; n: number },
): string =>
  format.replace(slot, (_, name: string, digits: string | undefined) => {
    switch (name) {
      case 'prefix':
        return prefix;
      case 'year':
        return String(year);
      case 'yy':
        return String(year % 100).padStart(2, '0');
      default:
        return String(n).padStart(Number(digits ?? 1), '0');
    }
  });
