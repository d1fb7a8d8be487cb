/** The formats a definition may ask for. */
export type SchemaFormat = 'date' | 'date-time' | 'email';

export const schemaFormats: readonly SchemaFormat[] = ['date', 'date-time', 'email'];

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether a text is a real calendar date, an RFC 3339 instant with an offset, or shaped like a mail address. */
export const matchesFormat = (format: SchemaFormat, text: string): boolean => {
  switch (format) {
    case 'date':
      return isDate(text);
    case 'date-time':
      return isDateTime(text);
    case 'email':
      return isEmail(text);
  }
};

const isDate = (text: string): boolean => {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (parts === null) {
    return false;
  }
  const [year, month, day] = parts.slice(1).map(Number) as [number, number, number];
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && isLeap ? 29 : (monthDays[month - 1] ?? 0);
  return day >= 1 && day <= days;
};

/** No leap seconds: neither the expression language nor JavaScript's clock can hold one. */
const isDateTime = (text: string): boolean => {
  const parts = /^(.{10})T(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(?:Z|[+-](\d{2}):(\d{2}))$/.exec(text);
  if (parts === null || !isDate(parts[1] ?? '')) {
    return false;
  }
  const [hour, minute, second, offsetHour, offsetMinute] = parts
    .slice(2)
    .map((part) => Number(part ?? 0)) as [number, number, number, number, number];
  return hour < 24 && minute < 60 && second < 60 && offsetHour < 24 && offsetMinute < 60;
};

/** One "@", something before it, a domain with a dot after it; whether mail arrives only sending tells. */
const isEmail = (text: string): boolean => {
  const [local, domain, ...rest] = text.split('@');
  if (local === undefined || domain === undefined || rest.length > 0 || text.length > 254) {
    return false;
  }
  const labels = domain.split('.');
  return (
    local !== '' &&
    local.length <= 64 &&
    !/[\s"(),:;<>[\]\\]/.test(local) &&
    labels.length >= 2 &&
    labels.every((label) => /^[\p{L}\p{N}]([\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?$/u.test(label))
  );
};
