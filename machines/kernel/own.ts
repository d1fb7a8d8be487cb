/** The record's own value under a key from outside; never what every object inherits, such as `constructor`. */
export const own = <T>(record: { [key: string]: T } | undefined, key: string): T | undefined =>
  record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
