import { personIn } from '../db/own/people.ts';
import { commonSuperiorIn } from '../db/read/common-superior.ts';
import type { CaseRow } from '../db/read/get-case.ts';
import { isHiddenIn } from '../db/read/out-of-sight.ts';
import type { Actor } from '../machines/kernel/command.ts';
import { areApart } from '../machines/kernel/owner-transfers.ts';
import { findPerson, knownPerson } from './known-person.ts';
import type { CommandParts } from './prepare-command.ts';
import type { Reader } from './reader.ts';
import type { Services } from './services.ts';

/** What a verb adds to the command of a task. */
export type TaskParts = Pick<CommandParts, 'clear' | 'command'>;

/** A verb that brings nothing of its own. */
export const plainParts = (verb: 'claim' | 'release' | 'remind', taskId: string): TaskParts => ({
  command: () => ({ type: 'task', taskId, verb }),
});

/** Hands a task on; to another department with the nearest superior of both. */
export const reassignParts = (
  services: Services,
  { tenant, id, roles, departments }: Reader,
  { taskId, to }: { taskId: string; to: string },
): TaskParts => ({
  command: async ({ target }) => {
    const { row, kind } = target;
    const receiver = await knownPerson(services, { tenant, id: to, pointer: '/to', kind });
    const holderId = row.state.tasks[taskId]?.assignee ?? id;
    const holder = holderId === id ? undefined : await findPerson(services, { tenant, id: holderId, kind });
    const sender = holder ?? { id, roles, departments };
    return {
      ...{ type: 'task', taskId, verb: 'reassign', to: receiver },
      ...(holder ? { from: holder } : {}),
      ...(areApart(sender, receiver) ? { superior: await superiorOf(services, row, [sender.id, to]) } : {}),
    };
  },
});

/** Returns a task to an earlier step; where another department did that, with who did it and the nearest superior of both. */
export const returnParts = (
  services: Services,
  { tenant, id, roles, departments }: Reader,
  { taskId, toStep }: { taskId: string; toStep: string | null },
): TaskParts => ({
  command: async ({ target: { row, kind } }) => {
    const command = { type: 'task', taskId, verb: 'return', toStep } as const;
    const { seat } = row.state.tasks[taskId] ?? {};
    const doerId = Object.values(row.state.tasks).findLast(
      ({ state, status }) => state === toStep && status === 'completed',
    )?.completedBy;
    const doer =
      seat !== undefined || doerId === undefined
        ? undefined
        : await findPerson(services, { tenant, id: doerId, kind });
    const isPart = doer && !(await hasNoPart(services, row, doer.id));
    return isPart && areApart({ id, roles, departments }, doer)
      ? { ...command, to: doer, superior: await superiorOf(services, row, [id, doer.id]) }
      : command;
  },
});

/** Lends a task, or a seat, to somebody for a time, or until it is resolved. */
export const delegateParts = (
  services: Services,
  tenant: string,
  { taskId, to, until }: { taskId: string; to: string; until?: string | undefined },
): TaskParts => ({
  command: async ({ target: { kind } }) => ({
    ...{ type: 'task', taskId, verb: 'delegate' },
    ...(until === undefined ? {} : { until }),
    to: await knownPerson(services, { tenant, id: to, pointer: '/to', kind }),
  }),
});

/** Sends people a copy of the task's case. */
export const copyParts = (
  services: Services,
  tenant: string,
  { taskId, to }: { taskId: string; to: string[] },
): TaskParts => ({
  command: async ({ target: { row } }) => ({
    ...{ type: 'task', taskId, verb: 'copy' },
    people: await Promise.all(
      to.map((id, n) => knownPerson(services, { tenant, id, pointer: `/to/${n}`, kind: row.kind })),
    ),
  }),
});

const hasNoPart = (
  { store, now }: Services,
  { tenant, caseId }: CaseRow,
  personId: string,
): Promise<boolean> =>
  store.read((db) => {
    const person = personIn(db, tenant, personId, now());
    return person === undefined || isHiddenIn(db, person, caseId);
  });

/** Who decides between two people in a case, as of now; null where they have nobody in common. */
export const superiorOf = (
  { store, now }: Services,
  row: Pick<CaseRow, 'tenant' | 'caseId'>,
  people: readonly [string, string],
): Promise<string | null> => store.read((db) => commonSuperiorIn(db, row, people, now()));

/** Whom a comment names: those listed must exist, an `@` in the text may stand for something else. */
export const commentParts = (
  services: Services,
  tenant: string,
  { taskId, text, mentions = [] }: { taskId: string; text: string; mentions?: string[] },
): TaskParts => ({
  clear: () => ({ texts: { comment: text } }),
  command: async ({ texts, target: { row } }) => {
    const { kind } = row;
    const listed = await Promise.all(
      mentions.map((id, n) => knownPerson(services, { tenant, id, pointer: `/mentions/${n}`, kind })),
    );
    const read = mentionedIn(text).filter((id) => !mentions.includes(id));
    const found = await Promise.all(read.map((id) => findPerson(services, { tenant, id, kind })));
    const people: Actor[] = [...listed, ...found.filter((person) => person !== undefined)];
    return {
      ...{ type: 'task', taskId, verb: 'comment' },
      ...(people.length === 0 ? {} : { people }),
      ...(texts.comment === undefined ? {} : { text: texts.comment }),
    };
  },
});

/** Ids that follow an `@`, each once. */
const mentionedIn = (text: string): string[] => [
  ...new Set(
    [...text.matchAll(/(?<![\w.])@([A-Za-z0-9][A-Za-z0-9_-]{0,119})/g)]
      .map(([, id]) => id as string)
      .slice(0, 20),
  ),
];
