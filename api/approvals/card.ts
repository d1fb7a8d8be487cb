import { getPerson, type Person } from '../../db/own/people.ts';
import { type CaseRow, getCase } from '../../db/read/get-case.ts';
import { type Approval, decisions, isOpen, type Seat } from '../../machines/kernel/approval/approval.ts';
import { isFault, rightTo } from '../../machines/kernel/approval/eligible.ts';
import { approvalInput, approvalRel, approvalSubject } from '../../machines/kernel/ask-approval.ts';
import type { Actor } from '../../machines/kernel/command.ts';
import type { Title } from '../../machines/kernel/definition.ts';
import type { Json, Money } from '../../machines/kernel/json.ts';
import { expressionScope } from '../../machines/kernel/machine-context.ts';
import { startRun } from '../../machines/kernel/run.ts';
import { contextOf } from '../../machines/kernel/send-to-machine.ts';
import type { CaseState } from '../../machines/kernel/state.ts';
import { actorOf } from '../facts.ts';
import { findVisibleCase } from '../present-case.ts';
import { restrictData } from '../restrict-data.ts';
import type { Services } from '../services.ts';

/** All that somebody needs to decide in one screen. Nothing personal is in it. */
export interface ApprovalCard {
  caseId: string;
  title: Title;
  status: Approval['status'];
  subjectHash: string;
  /** The case that asks, where the reader may see it. */
  asking?: { caseId: string; number: string; subject: [name: string, value: string][]; documents: string[] };
  /** The asking case has changed since: what would be signed is no more what is there. */
  isStale: boolean;
  proposer: string;
  amount?: Money;
  /** The highest amount the reader may decide in that currency. */
  limit?: number;
  steps: { id: string; title?: Title; rule: string; isCurrent: boolean; seats: CardSeat[] }[];
  /** Decisions that the same case asked for before, the newest first. */
  earlier: { status: Approval['status']; amount?: Money; openedAt: string }[];
  /** When the open step is due, RFC 3339. */
  dueAt: string | null;
  /** IANA name of the zone in which the case counts its days. */
  zone: string;
  /** The task on which the reader may decide, or why there is none. */
  mine: { taskId: string; earlierSteps: string[] } | { blocked: string };
}

export interface CardSeat {
  who: string;
  status: Seat['status'] | 'open' | 'waiting';
  at?: string;
}

/** What a reader sees of an approval; undefined where there is none that they may see. */
export const approvalCard = async (
  services: Services,
  reader: Person,
  caseId: string,
): Promise<ApprovalCard | undefined> => {
  const row = await findVisibleCase(services, reader, caseId);
  const approval = row?.state.signing?.approval;
  if (!row || !approval) {
    return undefined;
  }
  const { store, now } = services;
  const actor = await actorOf(store, reader, { nowMs: now(), kind: row.kind });
  const name = await namesOf(services, reader.tenant, approval);
  const request = row.state.data.request as { approval: string } | undefined;
  const asking = await askingCase(services, reader, row, request?.approval ?? '');
  const { amount, plan, step } = approval;
  const limit = actor.authority?.find(({ currency }) => currency === amount?.currency)?.amount;
  return {
    caseId,
    title: asking?.title ?? { zh: '审批', en: 'Approval' },
    status: approval.status,
    subjectHash: approval.subjectHash,
    ...(asking ? { asking: asking.shown } : {}),
    isStale: asking !== undefined && asking.subjectHash !== approval.subjectHash,
    proposer: name(approval.proposer.id),
    ...(amount === undefined ? {} : { amount }),
    ...(limit === undefined ? {} : { limit }),
    steps: plan.steps.map(({ id, rule }) => ({
      id,
      ...(asking?.stepTitles.get(id) === undefined ? {} : { title: asking.stepTitles.get(id) as Title }),
      rule: typeof rule === 'object' ? `${rule.quorum}` : rule,
      isCurrent: id === step,
      seats: approval.seats
        .filter((seat) => seat.step === id && !seat.void && seat.status !== 'removed')
        .map((seat) => cardSeat(approval, seat, name)),
    })),
    earlier: asking?.earlier ?? [],
    dueAt: row.state.deadlines.step?.dueAt ?? null,
    zone: await zoneOf(services, row.state),
    mine: seatOf(row.state, approval, actor, new Date(now()).toISOString()),
  };
};

const zoneOf = async ({ definitions }: Services, state: CaseState): Promise<string> => {
  const { calendars, calendar } = await definitions.compiledOf(state);
  return calendars[calendar]?.zone ?? 'UTC';
};

const cardSeat = (approval: Approval, seat: Seat, name: (id: string) => string): CardSeat => {
  const { decision, delegation, signer } = seat;
  const acting = decision?.actorId ?? delegation?.to.id ?? signer.personId;
  return {
    who: acting === undefined ? (signer.role ?? '') : name(acting),
    status: seat.status !== 'undecided' ? seat.status : isOpen(approval, seat) ? 'open' : 'waiting',
    ...(decision ? { at: decision.at } : {}),
  };
};

/** The open seat that the actor may decide on, their own task first. */
const seatOf = (state: CaseState, approval: Approval, actor: Actor, at: string): ApprovalCard['mine'] => {
  const open = Object.entries(state.tasks).flatMap(([taskId, task]) => {
    const seat = approval.seats.find(({ id }) => id === task.seat && task.status === 'open');
    return seat ? [{ taskId, task, right: rightTo(approval, seat, actor, { at, decidesAmount: true }) }] : [];
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
  const [fault] = open.map(({ right }) => right).filter(isFault);
  return { blocked: fault?.fault ?? 'APPROVAL_ENDED' };
};

interface Asking {
  title: Title;
  stepTitles: Map<string, Title>;
  subjectHash: string;
  shown: NonNullable<ApprovalCard['asking']>;
  earlier: ApprovalCard['earlier'];
}

/** The case that asks, as the reader may see it: what they would sign, its papers, and what it asked before. */
const askingCase = async (
  services: Services,
  reader: Person,
  row: CaseRow,
  approvalName: string,
): Promise<Asking | undefined> => {
  const link = row.state.links.find(({ rel }) => rel === approvalRel);
  const parent = link && (await findVisibleCase(services, reader, link.caseId));
  if (!parent) {
    return undefined;
  }
  const { definitions, now } = services;
  const compiled = await definitions.compiledOf(parent.state);
  const { document, runtime } = await definitions.ofCase(parent.tenant, parent.definitionHash);
  const definition = runtime.approvals?.[approvalName];
  if (!definition) {
    return undefined;
  }
  const at = new Date(now()).toISOString();
  const scopeOf = (state: CaseState) =>
    expressionScope(contextOf(startRun(compiled, state, at, at), systemCause), { type: '' });
  const seen = restrictData(runtime.data, parent.state.data, { $defs: runtime.$defs ?? {} }, reader);
  const masked = { ...parent.state, data: seen as CaseState['data'] };
  const { title, plan } = document.approvals?.[approvalName] ?? {};
  return {
    title: title ?? { zh: '审批', en: 'Approval' },
    stepTitles: new Map((plan?.steps ?? []).flatMap((step) => (step.title ? [[step.id, step.title]] : []))),
    subjectHash: approvalInput(definition, scopeOf(parent.state), compiled.languages).subjectHash as string,
    shown: {
      caseId: parent.caseId,
      number: parent.number,
      subject: rowsOf(approvalSubject(definition, scopeOf(masked), compiled.languages)),
      documents: parent.state.documents.map(({ key }) => key),
    },
    earlier: await earlierOf(services, parent, row, approvalName),
  };
};

const systemCause = {
  ...{ type: 'card', commandId: 'card', data: null },
  facts: { actor: { id: 'system', roles: ['system'] } },
};

const earlierMax = 10;

const earlierOf = async (
  { store }: Services,
  { tenant, state }: CaseRow,
  row: CaseRow,
  approvalName: string,
): Promise<ApprovalCard['earlier']> => {
  const others = state.links.filter(({ rel, caseId }) => rel === approvalRel && caseId !== row.caseId);
  const rows = await Promise.all(
    others.slice(-earlierMax).map(({ caseId }) => getCase(store, { tenant, caseId })),
  );
  return rows
    .flatMap((each) => {
      const { signing, data, openedAt } = each?.state ?? {};
      const { approval: asked } = (data?.request ?? {}) as { approval?: string };
      return signing && openedAt !== undefined && asked === approvalName
        ? [{ approval: signing.approval, openedAt }]
        : [];
    })
    .sort((a, b) => (a.openedAt < b.openedAt ? 1 : -1))
    .map(({ approval: { status, amount }, openedAt }) => ({
      status,
      openedAt,
      ...(amount === undefined ? {} : { amount }),
    }));
};

const namesOf = async (
  { store, now }: Services,
  tenant: string,
  approval: Approval,
): Promise<(id: string) => string> => {
  const ids = new Set([
    approval.proposer.id,
    ...decisions(approval).map(({ actorId }) => actorId),
    ...approval.seats.flatMap(({ signer, delegation }) => [signer.personId, delegation?.to.id]),
  ]);
  const people = await Promise.all(
    [...ids].flatMap((id) => (id === undefined ? [] : [getPerson(store, tenant, id, now())])),
  );
  const names = new Map(people.flatMap((person) => (person ? [[person.id, person.name] as const] : [])));
  return (id) => names.get(id) ?? id;
};

/** What is signed, a line for each value; a personal one is never shown. */
const rowsOf = (value: Json, path = ''): [string, string][] => {
  if (typeof value !== 'object' || value === null) {
    return [[path, value === null ? '–' : String(value)]];
  }
  if (!Array.isArray(value) && 'ref' in value && 'commitment' in value) {
    return [[path, '•••']];
  }
  const { amount, currency } = value as { amount?: Json; currency?: Json };
  if (typeof amount === 'number' && typeof currency === 'string') {
    return [[path, moneyText({ amount, currency })]];
  }
  return Object.entries(value).flatMap(([key, item]) => rowsOf(item, path === '' ? key : `${path}.${key}`));
};

/** An amount in minor units as people read it. */
export const moneyText = ({ amount, currency }: Money, language = 'en'): string => {
  const format = new Intl.NumberFormat(language, { style: 'currency', currency });
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
};
