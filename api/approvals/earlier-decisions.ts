import { type CaseRow, type EntryRow, entriesOf, getCase } from '../../db/read/get-case.ts';
import type { Approval } from '../../machines/kernel/approval/approval.ts';
import { approvalRel } from '../../machines/kernel/ask-approval.ts';
import type { EntryLeaf } from '../../machines/kernel/entry.ts';
import type { Json } from '../../machines/kernel/json.ts';
import { rewind } from '../../machines/kernel/rewind.ts';
import type { CaseState } from '../../machines/kernel/state.ts';
import type { Reader } from '../reader.ts';
import { maySeeRestricted } from '../rights.ts';
import type { Services } from '../services.ts';
import { unseal } from '../unseal.ts';
import type { AskingCase } from './asking-case.ts';
import type { ShownValue } from './shown-values.ts';

/** A decision that the same case asked for before, under the same name. */
export interface EarlierApproval {
  row: CaseRow;
  approval: Approval;
  openedAt: string;
}

/** Who said no, or sent it back, and why as far as the reader may know. */
export interface Dissent {
  personId: string;
  what: 'rejected' | 'returned';
  at: string;
  reason: string | null;
}

/** A value of what is signed that is another now. */
export interface Change {
  path: string;
  title: ShownValue['title'];
  /** Null: there was none, or there is none now. */
  before: Json;
  after: Json;
}

const earlierMax = 10;

/** What the same case asked for before under the same name, the newest first. */
export const earlierApprovals = async (
  { store }: Services,
  { row: { tenant, state }, name }: AskingCase,
  present: CaseRow,
): Promise<EarlierApproval[]> => {
  const others = state.links.filter(({ rel, caseId }) => rel === approvalRel && caseId !== present.caseId);
  const rows = await Promise.all(
    others.slice(-earlierMax).map(({ caseId }) => getCase(store, { tenant, caseId })),
  );
  return rows
    .flatMap((row) => {
      const approval = row?.state.signing?.approval;
      const { approval: asked } = (row?.state.data.request ?? {}) as { approval?: string };
      return row && approval && asked === name && row.openedAt <= present.openedAt
        ? [{ row, approval, openedAt: row.openedAt }]
        : [];
    })
    .sort((a, b) => (a.openedAt < b.openedAt ? 1 : -1));
};

/** Approvals whose trails are read for who was against it. */
const trailsMax = 4;

const dissentTypes: { readonly [type: string]: Dissent['what'] } = {
  'seat.rejected': 'rejected',
  'seat.returned': 'returned',
};

/** Who was against it, in this approval and in those before, the newest first. */
export const dissents = async (
  { store, vault }: Services,
  reader: Reader,
  rows: readonly CaseRow[],
): Promise<Dissent[]> => {
  const trails = await Promise.all(
    rows.slice(0, trailsMax).map(({ tenant, caseId }) => entriesOf(store, { tenant, caseId, limit: 200 })),
  );
  const found = trails.flat().flatMap((entry) => {
    const what = dissentTypes[entry.type];
    return what === undefined || !maySeeRestricted(reader, entry.restrictedTo) ? [] : [{ entry, what }];
  });
  const made = await Promise.all(
    found.map(async ({ entry, what }): Promise<Dissent> => {
      const { data } = JSON.parse(entry.leaf) as EntryLeaf;
      const { reason = null } = (data ?? {}) as { reason?: Json };
      const read = await unseal(vault, reader, reason);
      return { personId: entry.actorId, what, at: entry.at, reason: typeof read === 'string' ? read : null };
    }),
  );
  return made.sort((a, b) => (a.at < b.at ? 1 : -1));
};

/** Entries of the asking case that are read back through at most. */
const entriesMax = 1_000;
const pageMax = 200;

/**
 * What is to be signed now against what was to be signed the time before: found by going back through the trail until
 * the hash is that of then. Null where that lies too far back.
 */
export const changesSince = async (
  { store }: Services,
  asking: AskingCase,
  before: EarlierApproval,
): Promise<Change[] | null> => {
  const { subjectHash } = before.approval;
  if (asking.subjectHash === subjectHash) {
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
      const subject = mayDiffer ? asking.subjectAt(state) : undefined;
      if (subject?.hash === subjectHash) {
        return differences(subject.shown, asking.subject);
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
    const title = (present ?? then)?.title ?? { zh: path, en: path };
    const change = { path, title, before: then?.value ?? null, after: present?.value ?? null };
    return JSON.stringify(change.before) === JSON.stringify(change.after) ? [] : [change];
  });
};
