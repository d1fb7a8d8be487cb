import type { Db, Store } from '../db/open.ts';
import { definitionByHash } from '../db/own/definitions.ts';
import { noticeId } from '../db/own/notice-id.ts';
import { ladderIn, templateIn } from '../db/own/notification-settings.ts';
import {
  type LaterRung,
  type NewNotice,
  putLaterRungsIn,
  putNoticesIn,
  settleRungIn,
} from '../db/own/notifications.ts';
import { directoryIn } from '../db/own/notifications-directory.ts';
import { personIn } from '../db/own/people.ts';
import { complainedOf } from '../db/read/complained-of.ts';
import { type CaseRow, getCase } from '../db/read/get-case.ts';
import { excludedFrom, isHiddenIn } from '../db/read/out-of-sight.ts';
import type { OutboxRow } from '../db/schema/outbox.ts';
import type { RuntimeDefinition } from '../machines/kernel/definition.ts';
import type { JsonObject } from '../machines/kernel/json.ts';
import { clockMark, stateMarks } from '../machines/kernel/restriction.ts';
import { plainNotice } from '../machines/library/notification/index.ts';
import { type Ladder, type LadderStep, ladderSteps } from '../machines/notification/ladder.ts';
import { nextAction } from '../machines/notification/next-action.ts';
import { openPlaces } from '../machines/notification/open-places.ts';
import { recipientsOf } from '../machines/notification/recipients.ts';
import { type ClockSource, deadlineOf, keeperOf, workersOf } from './told-clock.ts';

/** Turns a message to roles into messages to persons. */
export type TellPeople = (
  row: Pick<OutboxRow, 'tenant' | 'effectId' | 'caseId' | 'payload'>,
) => Promise<void>;

export interface TellPeopleOptions {
  ladder: Ladder;
  /** Epoch milliseconds. */
  now: () => number;
  /** Messages about one case that come within this are judged together, so that the tightest clock's is sent. */
  gatherMs?: number;
}

/**
 * Writes a message for each person that an outbox row to roles means: the ladder says who and how for warnings and
 * breaches, the definition for what it wants told itself. Safe to repeat: the same row makes the same messages.
 */
export const createTellPeople =
  (store: Store, options: TellPeopleOptions): TellPeople =>
  async (row) => {
    const about = await subjectOf(store, row);
    const nowMs = options.now();
    await store.write((db) => {
      const ladder = ladderIn(db, row.tenant, options.ladder, nowMs);
      const steps = stepsOf(db, row.tenant, ladder, row.payload, about);
      const directory = directoryIn(db, row.tenant, nowMs);
      const now = steps.filter(({ afterMs }) => afterMs === 0);
      putNoticesIn(
        db,
        now.flatMap((step) => noticesOf(db, row, about, step, directory, { ...options, ladder }, nowMs)),
        nowMs,
      );
      putLaterRungsIn(
        db,
        steps
          .filter(({ afterMs }) => afterMs > 0)
          .map(({ rule, afterMs }) => ({
            ...{ tenant: row.tenant, effectId: row.effectId, caseId: row.caseId, payload: row.payload },
            ...{ rule, dueAtMs: dueMsOf(row.payload.data, nowMs) + afterMs },
          })),
      );
    });
  };

/** Carries out a rung whose time has come, unless its clock has stopped since: then there is nothing to tell. */
export const createTellLater =
  (store: Store, options: TellPeopleOptions) =>
  async (rung: LaterRung): Promise<void> => {
    const about = await subjectOf(store, rung);
    const { deadline } = clockData(rung.payload.data);
    const clock = deadline === undefined ? undefined : about.row.state.deadlines[deadline];
    const isOver = clock?.stoppedAt !== undefined || about.row.status === 'closed';
    const nowMs = options.now();
    await store.write((db) => {
      const ladder = ladderIn(db, rung.tenant, options.ladder, nowMs);
      const steps = stepsOf(db, rung.tenant, ladder, rung.payload, about);
      const step = steps.find(({ rule }) => rule === rung.rule);
      if (step && !isOver) {
        const directory = directoryIn(db, rung.tenant, nowMs);
        const notices = noticesOf(db, rung, about, step, directory, { ...options, ladder }, nowMs);
        putNoticesIn(db, notices, nowMs);
      }
      settleRungIn(db, rung);
    });
  };

interface Subject extends ClockSource {
  row: CaseRow;
  runtime: RuntimeDefinition;
  excluded: string[];
}

const subjectOf = async (
  store: Store,
  { tenant, caseId }: { tenant: string; caseId: string },
): Promise<Subject> => {
  const row = await getCase(store, { tenant, caseId });
  const definition = row && (await definitionByHash(store, tenant, row.definitionHash));
  if (!row || !definition) {
    throw new Error('A message is about a case that is not in the store');
  }
  return {
    row,
    runtime: definition.runtime,
    document: definition.document as Subject['document'],
    excluded: [...(await accountsComplainedOf(store, row)), ...(await excludedFrom(store, row))],
  };
};

/** Who worked on what a complaint is about, now: later than when it was opened, too, they get no message about it. */
const accountsComplainedOf = async (store: Store, { kind, state }: CaseRow): Promise<string[]> =>
  kind === 'complaint'
    ? (await complainedOf(store, state)).flatMap(({ id, sameAs = [] }) => [id, ...sameAs])
    : [];

const clockData = (data: unknown): { deadline?: string; fraction?: number; dueAt?: string | null } =>
  typeof data === 'object' && data !== null && !Array.isArray(data)
    ? (data as JsonObject as { deadline?: string; fraction?: number; dueAt?: string | null })
    : {};

const dueMsOf = (data: unknown, otherwiseMs: number): number => {
  const { dueAt } = clockData(data);
  return typeof dueAt === 'string' ? Date.parse(dueAt) : otherwiseMs;
};

const isAboutClock = (template: string): boolean => template.startsWith('deadline.');

const stepsOf = (
  db: Db,
  tenant: string,
  ladder: Ladder,
  payload: OutboxRow['payload'],
  about: Subject,
): LadderStep[] => {
  const { deadline: name, fraction = 0 } = clockData(payload.data);
  const definition = name === undefined ? undefined : deadlineOf(about, about.row, name);
  if (isAboutClock(payload.template) && name !== undefined && definition) {
    return ladderSteps(ladder, { ...definition, name }, fraction);
  }
  const { to } = payload;
  // Names of templates have no dots.
  const template = payload.template.replaceAll('.', '-');
  const tell = 'roles' in to ? to.roles : [];
  return [
    {
      ...{ rule: payload.template, tell, mustAct: tell, send: true, urgent: false, afterMs: 0 },
      template: templateIn(db, tenant, template) ? template : plainNotice,
    },
  ];
};

const noticesOf = (
  db: Db,
  { tenant, effectId, caseId, payload }: Pick<OutboxRow, 'tenant' | 'effectId' | 'caseId' | 'payload'>,
  about: Subject,
  step: LadderStep,
  directory: ReturnType<typeof directoryIn>,
  { ladder, gatherMs = 2_000 }: TellPeopleOptions,
  nowMs: number,
): NewNotice[] => {
  const { row, runtime } = about;
  const {
    deadline,
    fraction = 0,
    dueAt = null,
  } = isAboutClock(payload.template) ? clockData(payload.data) : {};
  const marks = stateMarks(runtime);
  const openTasks = Object.entries(row.state.tasks)
    .filter(([, { status }]) => status === 'open')
    .toSorted(([, a], [, b]) => (a.openedAt < b.openedAt ? -1 : 1))
    .map(([taskId, { assignee, state, seat }]) => ({
      ...{ taskId, assignee, isSeat: seat !== undefined, mark: marks.get(state) },
    }));
  const mark = deadline === undefined ? undefined : clockMark(runtime, deadline, row.state);
  const keeper = deadline === undefined ? undefined : keeperOf(row.state, deadline);
  const clock = deadline === undefined ? undefined : deadlineOf(about, row, deadline);
  const seat = deadline === undefined ? undefined : row.state.deadlines[deadline]?.seat;
  const workers = workersOf(row.state, clock, seat);
  const assignees = (keeper === undefined ? workers : [keeper]).filter((id) => id !== null);
  const owner = keeper === undefined ? row.owner : keeper;
  const seats = keeper === undefined ? openPlaces(row.state, seat) : [];
  const parties = {
    ...{ owner, assignees, department: row.department, excluded: about.excluded },
    ownerRole: runtime.owner ?? null,
    ...(seats.length === 0 ? {} : { seats }),
    isHidden: (personId: string) => {
      const person = personIn(db, tenant, personId, nowMs);
      const mayKnow = !mark || mark.some((role) => directory.person(personId)?.roles.includes(role));
      return person === undefined || !mayKnow || isHiddenIn(db, person, caseId);
    },
  };
  const title = clock?.title;
  return recipientsOf(step.tell, parties, directory, ladder).map(({ personId, as }) => {
    const roles = directory.person(personId)?.roles ?? [];
    const visible = openTasks.filter(({ mark }) => !mark || mark.some((role) => roles.includes(role)));
    const { kind: action, path } = nextAction(
      personId,
      { caseId, openTasks: visible },
      { deadline: deadline ?? null, mustAct: step.mustAct.includes(as) },
    );
    return {
      ...{ tenant, notificationId: noticeId([effectId, step.rule, personId]), personId, caseId },
      ...{ caseNumber: row.number, definitionId: row.definitionId, rule: step.rule, toldAs: as },
      ...{ template: step.template, templateVersion: templateIn(db, tenant, step.template)?.version ?? 1 },
      facts: {
        code: payload.template,
        ...(deadline === undefined
          ? {}
          : {
              deadline,
              title: title ?? { zh: deadline, en: deadline },
              dueAt,
              percent: Math.round(fraction * 100),
            }),
        ...{ action, path },
      },
      ...{ fraction, urgent: step.urgent, send: step.send, atMs: nowMs + gatherMs },
      calendarId: runtime.profiles?.[row.profile ?? '']?.calendar ?? runtime.calendar,
    };
  });
};
