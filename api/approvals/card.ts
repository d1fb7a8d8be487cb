import { getPerson } from '../../db/own/people.ts';
import { kindOfRights } from '../../db/read/asking-case.ts';
import type { CaseRow } from '../../db/read/get-case.ts';
import {
  type Approval,
  accountsOf,
  isOpen,
  openSeats,
  type Seat,
} from '../../machines/kernel/approval/approval.ts';
import {
  effectiveDelegation,
  fault,
  humansOf,
  isFault,
  rightTo,
} from '../../machines/kernel/approval/eligible.ts';
import { asksSecondFactor } from '../../machines/kernel/approval/second-factor.ts';
import type { Actor } from '../../machines/kernel/command.ts';
import type { Title } from '../../machines/kernel/definition.ts';
import type { Money } from '../../machines/kernel/json.ts';
import type { CaseState } from '../../machines/kernel/state.ts';
import { actorOf } from '../facts.ts';
import { findVisibleCase } from '../present-case.ts';
import type { Reader } from '../reader.ts';
import type { Services } from '../services.ts';
import { type Credential, hasSecondFactor } from '../sign-in/credential.ts';
import { type AskingCase, askingCase } from './asking-case.ts';
import { type Change, changesSince, type Dissent, dissents, earlierApprovals } from './earlier-decisions.ts';

/** All that somebody needs to decide in one screen. What is personal is masked but for who may see it. */
export interface ApprovalCard {
  caseId: string;
  number: string;
  title: Title;
  status: Approval['status'];
  subjectHash: string;
  /** The case that asks, where the reader may see it. */
  asking?: Omit<AskingCase, 'row' | 'stepTitles' | 'subjectHash' | 'subjectAt' | 'title'> & {
    caseId: string;
    number: string;
  };
  /** The asking case has changed since: what would be signed is no more what is there. */
  isStale: boolean;
  proposer: string;
  amount?: Money;
  /** The highest amount the reader may decide in that currency. */
  limit?: number;
  /** Whether who decides in the open step must have authority over the amount. */
  isByAuthority: boolean;
  steps: CardStep[];
  /** The step that is open. */
  step: string | null;
  /** Decisions that the same case asked for before, the newest first. */
  earlier: { status: Approval['status']; amount?: Money; openedAt: string }[];
  /** What is signed against the time before; null: that lies too far back; undefined: it is the first time. */
  changes?: Change[] | null;
  /** Who was against it, now or before, the newest first. */
  dissents: (Omit<Dissent, 'personId'> & { who: string })[];
  /** When the open step is due, RFC 3339. */
  dueAt: string | null;
  /** IANA name of the zone in which the case counts its days. */
  zone: string;
  /** The task on which the reader may decide, or why there is none. */
  mine: { taskId: string; earlierSteps: string[] } | { blocked: string };
  /** Whether nothing can be done on a seat before a second factor is proved. */
  asksSecondFactor: boolean;
}

/** Who reads a card, and how it is known. */
export interface CardReader {
  reader: Reader;
  credential: Credential;
}

export interface CardStep {
  id: string;
  title?: Title;
  rule: string;
  isCurrent: boolean;
  seats: CardSeat[];
}

export interface CardSeat {
  who: string;
  status: Seat['status'] | 'open' | 'waiting';
  at?: string;
}

/** What a reader sees of an approval; undefined where there is none that they may see. */
export const approvalCard = async (
  services: Services,
  { reader, credential }: CardReader,
  caseId: string,
): Promise<ApprovalCard | undefined> => {
  const row = await findVisibleCase(services, reader, caseId);
  const approval = row?.state.signing?.approval;
  if (!row || !approval) {
    return undefined;
  }
  const { store, now } = services;
  const at = new Date(now()).toISOString();
  const kind = await kindOfRights(store, row);
  const actor = await actorOf(store, reader, { nowMs: now(), kind });
  const asking = await askingCase(services, reader, row);
  const earlier = asking ? await earlierApprovals(services, asking, row) : [];
  const [before] = earlier;
  const against = await dissents(services, reader, [row, ...earlier.map((each) => each.row)]);
  const name = await namesOf(services, row, against);
  const { amount, plan, step } = approval;
  const limit = actor.authority?.find(({ currency }) => currency === amount?.currency)?.amount;
  return {
    caseId,
    number: row.number,
    title: asking?.title ?? { zh: '审批', en: 'Approval' },
    status: approval.status,
    subjectHash: approval.subjectHash,
    ...(asking ? { asking: shownOf(asking) } : {}),
    isStale: asking !== undefined && asking.subjectHash !== approval.subjectHash,
    proposer: name(approval.proposer.id),
    ...(amount === undefined ? {} : { amount }),
    ...(limit === undefined ? {} : { limit }),
    steps: plan.steps.map(({ id, rule }) => {
      const title = asking?.stepTitles.get(id);
      return {
        id,
        ...(title === undefined ? {} : { title }),
        rule: typeof rule === 'object' ? `${rule.quorum}` : rule,
        isCurrent: id === step,
        seats: approval.seats
          .filter((seat) => seat.step === id && !seat.void && seat.status !== 'removed')
          .map((seat) => cardSeat(approval, seat, name, { at, tasks: row.state.tasks })),
      };
    }),
    isByAuthority: openSeats(approval).some(({ signer }) => signer.byAuthority === true),
    step,
    earlier: earlier.map(({ approval: { status, amount: then }, openedAt }) => ({
      ...{ status, openedAt },
      ...(then === undefined ? {} : { amount: then }),
    })),
    ...(asking && before ? { changes: await changesSince(services, asking, before) } : {}),
    dissents: against.map(({ personId, ...said }) => ({ ...said, who: name(personId) })),
    dueAt: row.state.deadlines.step?.dueAt ?? null,
    zone: await zoneOf(services, row.state),
    mine: seatOf(row.state, approval, actor, at),
    asksSecondFactor: asksSecondFactor(approval) && !hasSecondFactor(credential),
  };
};

const shownOf = ({
  row,
  stepTitles: _,
  subjectHash: __,
  subjectAt: ___,
  title: ____,
  ...shown
}: AskingCase): NonNullable<ApprovalCard['asking']> => ({ ...shown, caseId: row.caseId, number: row.number });

const zoneOf = async ({ definitions }: Services, state: CaseState): Promise<string> => {
  const { calendars, calendar } = await definitions.compiledOf(state);
  return calendars[calendar]?.zone ?? 'UTC';
};

const cardSeat = (
  approval: Approval,
  seat: Seat,
  name: (id: string) => string,
  { at, tasks }: { at: string; tasks: CaseState['tasks'] },
): CardSeat => {
  const { decision, signer } = seat;
  const lent = effectiveDelegation(seat, at)?.to.id;
  // Whoever had it for a time has it no more; until the case moves on, its task still says so.
  const ended = lent === undefined ? seat.delegation?.to.id : undefined;
  const assignee = Object.values(tasks).find(
    (task) => task.seat === seat.id && task.status === 'open',
  )?.assignee;
  const acting =
    decision?.actorId ?? lent ?? signer.personId ?? (assignee === ended ? seat.delegation?.by.id : assignee);
  return {
    who: acting === undefined || acting === null ? (signer.role ?? '') : name(acting),
    status: seat.status !== 'undecided' ? seat.status : isOpen(approval, seat) ? 'open' : 'waiting',
    ...(decision ? { at: decision.at } : {}),
  };
};

/** The open seat that the actor may decide on, their own task first. */
const seatOf = (state: CaseState, approval: Approval, actor: Actor, at: string): ApprovalCard['mine'] => {
  const open = Object.entries(state.tasks).flatMap(([taskId, task]) => {
    const seat = approval.seats.find(({ id }) => id === task.seat && task.status === 'open');
    if (!seat) return [];
    const right = rightTo(approval, seat, actor, { at, decidesAmount: true });
    const taken = !isFault(right) && isAnothers(task.assignee, seat, actor);
    return [{ taskId, task, right: taken ? fault('TASK_TAKEN', 'Somebody else has the seat.') : right }];
  });
  const able = open.filter(({ right }) => !isFault(right));
  const found = able.find(({ task }) => task.assignee === actor.id) ?? able[0];
  if (found) {
    const order = approval.plan.steps.map(({ id }) => id);
    return {
      taskId: found.taskId,
      earlierSteps: order.slice(0, Math.max(0, order.indexOf(approval.step ?? ''))),
    };
  }
  const faults = open.map(({ right }) => right).filter(isFault);
  const [first] = [...faults.filter((each) => each.fault === 'AUTHORITY_EXCEEDED'), ...faults];
  return { blocked: first?.fault ?? 'APPROVAL_ENDED' };
};

/** As the case itself judges it: the seat is somebody's whose work the actor does not do, and who has not lent it. */
const isAnothers = (assignee: string | null, { delegation }: Seat, actor: Actor): boolean =>
  assignee !== null &&
  !humansOf(actor).includes(assignee) &&
  !(actor.actsFor ?? []).some(({ personId }) => personId === assignee) &&
  !(delegation && accountsOf(delegation.by).some((id) => humansOf(actor).includes(id)));

const namesOf = async (
  { store, now }: Services,
  { tenant, state }: CaseRow,
  against: readonly Dissent[],
): Promise<(id: string) => string> => {
  const { proposer, seats } = state.signing?.approval ?? { seats: [] };
  const ids = new Set([
    proposer?.id,
    ...against.map(({ personId }) => personId),
    ...Object.values(state.tasks).map(({ assignee }) => assignee),
    ...seats.flatMap(({ signer, delegation, decision }) => [
      ...[signer.personId, delegation?.to.id, delegation?.by.id, decision?.actorId],
    ]),
  ]);
  const people = await Promise.all(
    [...ids].flatMap((id) => (typeof id === 'string' ? [getPerson(store, tenant, id, now())] : [])),
  );
  const names = new Map(people.flatMap((person) => (person ? [[person.id, person.name] as const] : [])));
  return (id) => names.get(id) ?? id;
};
