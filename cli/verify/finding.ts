/** What is wrong with an entry, a case, a record or the log. Codes are stable. */
export type FaultCode =
  | 'LEAF_NOT_CANONICAL'
  | 'HASH_DIFFERS'
  | 'PREVIOUS_HASH_DIFFERS'
  | 'SEQ_NOT_GAPLESS'
  | 'EPOCH_OUT_OF_ORDER'
  | 'COLUMN_DIFFERS'
  | 'HEAD_DIFFERS'
  | 'CASE_MISSING'
  | 'CASE_DIFFERS'
  | 'LOG_LEAF_MISSING'
  | 'LOG_LEAF_DIFFERS'
  | 'LOG_NOT_DENSE'
  | 'LOG_LEAF_WITHOUT_SOURCE';

export type Fault = { readonly code: FaultCode; readonly what: string };

/** The first thing wrong, and where it is. */
export type Finding = Fault & {
  readonly tenant: string;
  /** The case's number, where it has a row. */
  readonly number?: string;
  readonly caseId?: string;
  /** The entry. */
  readonly seq?: number;
  /** The record's place among the tenant's records. */
  readonly record?: number;
};

/** The finding as one line for people. */
export const findingLine = ({ tenant, number, caseId, seq, record, code, what }: Finding): string => {
  const place = [
    `tenant ${tenant}`,
    ...(caseId === undefined ? [] : [`case ${number ?? caseId}`]),
    ...(seq === undefined ? [] : [`entry ${seq}`]),
    ...(record === undefined ? [] : [`record ${record}`]),
  ].join(', ');
  return `${place}: ${what} (${code})`;
};
