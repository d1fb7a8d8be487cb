import { type EntryRow, entriesOf } from '../../db/read/get-case.ts';
import type { EntryLeaf } from '../../machines/kernel/entry.ts';
import type { Json } from '../../machines/kernel/json.ts';
import { rewind } from '../../machines/kernel/rewind.ts';
import type { CaseState } from '../../machines/kernel/state.ts';
import type { Reader } from '../reader.ts';
import type { Services } from '../services.ts';
import { type AskingCase, subjectHashOf } from './asking-case.ts';
import { subjectOf } from './asking-matter.ts';
import type { EarlierApproval } from './earlier-decisions.ts';
import type { ShownValue, ValueTitles } from './shown-values.ts';

/** A value of what is signed that is another now. */
export interface Change {
  path: string;
  title: ShownValue['title'];
  /** Null: there was none, or there is none now. */
  before: Json;
  after: Json;
  /** What the two or their items are called, by value, where they are of a list. */
  values?: ValueTitles;
  /** The two are persons' ids. */
  isPerson?: true;
}

/** Entries of the asking case that are read back through at most. */
const entriesMax = 1_000;
const pageMax = 200;

/**
 * What is to be signed now against what was to be signed the time before: found by going back through the trail until
 * the hash is that of then. Null where that lies too far back.
 */
export const changesSince = async (
  { store }: Services,
  reader: Reader,
  asking: AskingCase,
  before: EarlierApproval,
): Promise<Change[] | null> => {
  const { subjectHash } = before.approval;
  if (subjectHashOf(asking) === subjectHash) {
    return [];
  }
  const { tenant, caseId, lastSeq } = asking.row;
  let state: CaseState = asking.row.state;
  for (let upTo = lastSeq; upTo > 0 && upTo > lastSeq - entriesMax; upTo -= pageMax) {
    const afterSeq = Math.max(0, upTo - pageMax);
    const page = await entriesOf(store, { tenant, caseId, afterSeq, limit: upTo - afterSeq });
    for (const entry of page.toReversed()) {
      const then = viewBefore(entry);
      state = rewind(state, then);
      const mayDiffer = Object.keys(then.changed).some((pointer) => subjectParts.test(pointer));
      if (mayDiffer && subjectHashOf(asking, state) === subjectHash) {
        return differences(subjectOf(asking, reader, state), subjectOf(asking, reader));
      }
    }
  }
  return null;
};

/** What a subject may be computed from. */
const subjectParts = /^\/(data|ledger|documents|links)\b/;

const viewBefore = ({ leaf }: EntryRow): EntryLeaf['before'] => (JSON.parse(leaf) as EntryLeaf).before;

const differences = (before: readonly ShownValue[], after: readonly ShownValue[]): Change[] => {
  const paths = new Set([...before, ...after].map(({ path }) => path));
  return [...paths].flatMap((path) => {
    const then = before.find((each) => each.path === path);
    const present = after.find((each) => each.path === path);
    const { title = { zh: path, en: path }, values, isPerson } = present ?? then ?? {};
    const change = {
      ...{ path, title, before: then?.value ?? null, after: present?.value ?? null },
      ...(values === undefined ? {} : { values }),
      ...(isPerson === undefined ? {} : { isPerson }),
    };
    return JSON.stringify(change.before) === JSON.stringify(change.after) ? [] : [change];
  });
};
