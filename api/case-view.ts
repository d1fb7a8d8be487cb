import type { CaseRow } from '../db/read/get-case.ts';
import { allowedEvents } from '../machines/kernel/allowed.ts';
import type { Facts } from '../machines/kernel/command.ts';
import type { Compiled } from '../machines/kernel/compile.ts';
import { taskDueIn } from '../machines/kernel/due.ts';
import type { Json } from '../machines/kernel/json.ts';
import { ledgerSums } from '../machines/kernel/ledger.ts';
import { ownClockTitle } from '../machines/kernel/own-clock-title.ts';
import { clockMark } from '../machines/kernel/restriction.ts';
import { returnSteps } from '../machines/kernel/return-task.ts';
import type { CaseState, Task } from '../machines/kernel/state.ts';
import type { Published } from './definitions.ts';
import type { Reader } from './reader.ts';
import { restrictData } from './restrict-data.ts';
import { maySeeRestricted } from './rights.ts';
import { taskTitle } from './task-title.ts';

interface Seen {
  row: CaseRow;
  published: Published;
  reader: Reader;
}

/**
 * A case as this reader may see it, but for personal values, which stand in it as references. `allowed` is added by
 * `withAllowed`: it is another answer for every reader and moment.
 */
export const caseView = ({ row, published, reader }: Seen): { [key: string]: Json } => {
  const { state } = row;
  const { runtime } = published;
  return {
    caseId: row.caseId,
    number: row.number,
    kind: row.kind,
    definition: { id: row.definitionId, version: row.definitionVersion, hash: row.definitionHash },
    profile: row.profile,
    mode: row.mode,
    status: row.status,
    states: visibleStates({ row, published, reader }),
    data: restrictData(runtime.data, state.data, { $defs: runtime.$defs ?? {} }, reader),
    ledger: { lines: state.ledger as unknown as Json, sums: ledgerSums(state.ledger) as unknown as Json },
    tasks: tasksOf({ row, published, reader }),
    deadlines: deadlinesOf(state, published, reader),
    documents: documentsOf(state, published, reader),
    contacts: contactsOf(state),
    watchers: state.watchers ?? [],
    links: state.links as unknown as Json,
    incidents: state.incidents as unknown as Json,
    owner: row.owner,
    handover: handoverOf(state),
    department: row.department,
    seq: row.lastSeq,
    rev: row.rev,
    epoch: row.epoch,
    headHash: row.headHash,
    receivedAt: row.receivedAt,
    openedAt: row.openedAt,
    updatedAt: row.updatedAt,
    closedAt: row.closedAt,
  };
};

/** Ids of the active states, without those that are marked for other roles. */
export const visibleStates = ({
  row,
  published,
  reader,
}: Omit<Seen, 'row'> & { row: Pick<CaseRow, 'states'> }): string[] => {
  const marks = stateMarks(published);
  return row.states.filter((id) => maySeeRestricted(reader, marks.get(id)));
};

/** State id → the roles that may see it, where it is marked; kept with the definition, which never changes. */
export const stateMarks = (published: Published): Map<string, string[]> => {
  const known = marksOf.get(published.runtime);
  if (known) {
    return known;
  }
  const marks = new Map<string, string[]>();
  const visit = (
    node: Published['runtime']['machine'],
    key: string,
    inherited: string[] | undefined,
  ): void => {
    const mark = node['x-restricted'] ?? inherited;
    if (mark) {
      marks.set(node.id ?? key, mark);
    }
    for (const [child, inner] of Object.entries(node.states ?? {})) {
      visit(inner, child, mark);
    }
  };
  visit(published.runtime.machine, '', undefined);
  marksOf.set(published.runtime, marks);
  return marks;
};
const marksOf = new WeakMap<object, Map<string, string[]>>();

const tasksOf = ({ row: { state }, published, reader }: Seen): Json => {
  const dueOf = taskDueIn(state);
  const marks = stateMarks(published);
  return Object.entries(state.tasks)
    .filter(([, task]) => maySeeRestricted(reader, marks.get(task.state)))
    .map(([taskId, task]) => {
      const definition = published.document.tasks?.[task.state];
      return {
        taskId,
        ...(task as unknown as { [key: string]: Json }),
        title: taskTitle(published.document, task.state),
        outcomes: outcomesOf(task, definition?.outcomes),
        returnTo: returnSteps(published.document, state, task)
          .filter((id) => maySeeRestricted(reader, marks.get(id)))
          .map((id) => ({ id, title: taskTitle(published.document, id) })),
        checklist: definition?.checklist ?? [],
        dueAt: task.status === 'open' ? dueOf(task) : null,
      };
    });
};

const outcomesOf = ({ adHoc, seat }: Task, defined: string[] = []): string[] => {
  if (adHoc) {
    return ['done'];
  }
  return seat === undefined ? defined : ['approve', 'reject'];
};

const deadlinesOf = (state: CaseState, { document, runtime }: Published, reader: Reader): Json =>
  Object.entries(state.deadlines)
    .filter(([name]) => maySeeRestricted(reader, clockMark(runtime, name, state)))
    .map(([name, deadline]) => {
      const definition =
        document.deadlines?.[name] ?? document.profiles?.[state.profile ?? '']?.deadlines[name] ?? undefined;
      return {
        name,
        title: ownClockTitle(state, name) ?? definition?.title ?? { zh: name, en: name },
        source: ((deadline.rule ?? definition)?.source as unknown as Json) ?? null,
        ...(deadline as unknown as { [key: string]: Json }),
      };
    });

const handoverOf = ({ handover }: CaseState): Json =>
  handover
    ? {
        from: handover.from,
        to: handover.to ?? null,
        superior: handover.superior ?? null,
        waitsFor: handover.to === undefined ? 'superior' : 'receiver',
        at: handover.at,
      }
    : null;

const contactsOf = (state: CaseState): Json =>
  Object.entries(state.contacts ?? {}).map(([contactId, contact]) => ({
    contactId,
    ...(contact as unknown as { [key: string]: Json }),
  }));

const documentsOf = (state: CaseState, { document }: Published, reader: Reader): Json =>
  state.documents
    .filter(({ key }) => maySeeRestricted(reader, document.documents?.[key]?.['x-restricted']))
    .map((each) => ({
      ...(each as unknown as { [key: string]: Json }),
      title: document.documents?.[each.key]?.title ?? { zh: each.key, en: each.key },
    }));

/** An event that may be sent now, with its form. */
const formOf = ({ document }: Published, type: string): Json => {
  const event = document.events[type];
  const schema = event?.data as Json | undefined;
  const needsDefs = document.$defs !== undefined && JSON.stringify(schema ?? null).includes('"$ref"');
  return {
    type,
    title: event?.title ?? { zh: type, en: type },
    schema:
      schema === undefined
        ? null
        : { ...(schema as object), ...(needsDefs ? { $defs: document.$defs as Json } : {}) },
    reason: event?.reason ?? null,
  };
};

/**
 * What this actor may send now: in their own name, and (`allowedForCustomer`) where the customer has said so.
 *
 * @param now RFC 3339
 */
export const allowedView = (
  compiled: Compiled,
  state: CaseState,
  published: Published,
  facts: Facts,
  now: string,
): { allowed: Json; allowedForCustomer: Json } => {
  const asCustomer: Facts = { ...facts, onBehalfOf: { customer: true } };
  return {
    allowed: allowedEvents(compiled, state, facts, now).map((type) => formOf(published, type)),
    allowedForCustomer: allowedEvents(compiled, state, asCustomer, now).map((type) =>
      formOf(published, type),
    ),
  };
};
