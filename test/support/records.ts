import type { Store } from '../../db/open.ts';
import type { RecordLeaf } from '../../db/own/append-record.ts';

/** All records of a store, oldest first. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads what the detail is expected to hold
export const recordsOf = ({ sqlite }: Store): (RecordLeaf & { detail: any })[] =>
  sqlite
    .prepare('select leaf from records order by n')
    .all()
    .map((row) => JSON.parse((row as { leaf: string }).leaf));
