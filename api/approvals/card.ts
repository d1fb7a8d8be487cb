import { kindOfRights } from '../../db/read/asking-case.ts';
import type { CaseRow } from '../../db/read/get-case.ts';
import { personNames } from '../../db/read/person-names.ts';
import { type Approval, openSeats } from '../../machines/kernel/approval/approval.ts';
import { barTo, humansOf } from '../../machines/kernel/approval/eligible.ts';
import { asksSecondFactor } from '../../machines/kernel/approval/second-factor.ts';
import type { Title } from '../../machines/kernel/definition.ts';
import type { Money } from '../../machines/kernel/json.ts';
import { actorOf } from '../facts.ts';
import { findVisibleCase } from '../present-case.ts';
import type { Reader } from '../reader.ts';
import type { Services } from '../services.ts';
import { type Credential, hasSecondFactor } from '../sign-in/credential.ts';
import { type AskingCase, askingCaseId, isGreen, readAskingCase, subjectHashOf } from './asking-case.ts';
import { partOf, subjectOf } from './asking-matter.ts';
import { type CardStep, cardSteps } from './card-steps.ts';
import { caseZone } from './case-zone.ts';
import { type Change, changesSince } from './changes-since.ts';
import { type Dissent, dissents, type EarlierApproval, earlierApprovals } from './earlier-decisions.ts';
import { type CardDocument, documentsOf } from './evidence.ts';
import { peopleIn, withNames } from './named-people.ts';
import { type Objection, objectionsOf } from './objections.ts';
import { type OwnSeat, ownDueAt, ownSeat } from './own-seat.ts';
import type { ShownValue } from './shown-values.ts';

/** All that somebody needs to decide in one screen. What is personal is masked but for who may see it. */
export interface ApprovalCard {
  caseId: string;
  number: string;
  title: Title;
  status: Approval['status'];
  subjectHash: string;
  /** The case that asks, where the reader may see it. */
  asking?: CardMatter;
  /** The asking case has changed since: what would be signed is no more what is there. */
  isStale: boolean;
  proposer: string;
  /** It is the reader's own, under whichever of their accounts: they decide no step of it. */
  isOwn: boolean;
  amount?: Money;
  /** The highest amount the reader may decide in that currency. */
  limit?: number;
  /** Whether who decides in the open step must have authority over the amount. */
  isByAuthority: boolean;
  steps: CardStep[];
  /** The step that is open. */
  step: string | null;
  /** Decisions that the same case asked for before, the newest first. */
  earlier: { status: EarlierApproval['status']; amount?: Money; openedAt: string }[];
  /** What is signed against the time before; null: that lies too far back; undefined: it is the first time. */
  changes?: Change[] | null;
  /** Who was against it, now or before, the newest first. */
  dissents: (Omit<Dissent, 'personId'> & { who: string })[];
  /** When the reader's own seat is due where it has its own time, else the open step; RFC 3339. */
  dueAt: string | null;
  /** IANA name of the zone in which the case counts its days. */
  zone: string;
  /** The task on which the reader may decide, or why there is none. */
  mine: OwnSeat;
  /** Whether nothing can be done on a seat before a second factor is proved. */
  asksSecondFactor: boolean;
}

/** The asking case, as the reader may see it. */
export interface CardMatter {
  caseId: string;
  number: string;
  definitionId: string;
  /** The approval's name in the definition of the case. */
  name: string;
  caseTitle: Title;
  subject: ShownValue[];
  clause: ShownValue[];
  evidence: ShownValue[];
  dissent: ShownValue[];
  /** What was said against it in another case before it was proposed. */
  objections: Objection[];
  documents: CardDocument[];
  /** Nothing about it needs a look, by the definition's own rule. */
  isGreen: boolean;
}

/** Who reads a card, and how it is known. */
export interface CardReader {
  reader: Reader;
  credential: Credential;
}

/** What an approval is called that nobody asked for, or whose asking case the reader may not see. */
export const plainTitle: Title = { zh: '审批', en: 'Approval' };

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
  const asking = await visibleAskingCase(services, reader, row);
  const earlier = asking ? ((await earlierApprovals(services, [{ asking, row }])).get(caseId) ?? []) : [];
  const [before] = earlier;
  const against = await dissents(services, reader, [row, ...earlier.map((each) => each.row)]);
  const matter = asking && (await matterOf(services, reader, asking));
  const changes = asking && before && (await changesSince(services, reader, asking, before));
  const lines = matter ? linesOf(matter) : [];
  const name = await namesOf(services, row, against, peopleIn([...lines, ...(changes ?? [])]));
  const { amount, step } = approval;
  const mine = ownSeat(row.state, approval, actor, at);
  const limit = actor.authority?.find(({ currency }) => currency === amount?.currency)?.amount;
  return {
    caseId,
    number: row.number,
    title: asking?.title ?? plainTitle,
    status: approval.status,
    subjectHash: approval.subjectHash,
    ...(matter ? { asking: namedMatter(matter, name) } : {}),
    isStale: asking !== undefined && subjectHashOf(asking) !== approval.subjectHash,
    proposer: name(approval.proposer.id),
    isOwn: barTo(approval, humansOf(actor))?.fault === 'FOUR_EYES',
    ...(amount === undefined ? {} : { amount }),
    ...(limit === undefined ? {} : { limit }),
    steps: cardSteps(approval, { at, of: row.state, titles: asking?.stepTitles, name }),
    isByAuthority: openSeats(approval).some(({ signer }) => signer.byAuthority === true),
    step,
    earlier: earlier.map(({ status, approval: { amount: then }, openedAt }) => ({
      ...{ status, openedAt },
      ...(then === undefined ? {} : { amount: then }),
    })),
    ...(changes === undefined ? {} : { changes: changes && withNames(changes, name) }),
    dissents: against.map(({ personId, ...said }) => ({ ...said, who: name(personId) })),
    dueAt: ownDueAt(row.state, mine),
    zone: await caseZone(services, row.state),
    mine,
    asksSecondFactor: asksSecondFactor(approval) && !hasSecondFactor(credential),
  };
};

const visibleAskingCase = async (
  services: Services,
  reader: Reader,
  approval: CaseRow,
): Promise<AskingCase | undefined> => {
  const id = askingCaseId(approval);
  const row = id === undefined ? undefined : await findVisibleCase(services, reader, id);
  return row && readAskingCase(services, approval, row);
};

const matterOf = async (services: Services, reader: Reader, asking: AskingCase): Promise<CardMatter> => {
  const { row, name, published } = asking;
  const { caseId, number, definitionId } = row;
  return {
    ...{ caseId, number, definitionId, name, caseTitle: published.document.title },
    subject: subjectOf(asking, reader),
    clause: partOf(asking, reader, 'clause'),
    evidence: partOf(asking, reader, 'evidence'),
    dissent: partOf(asking, reader, 'dissent'),
    objections: await objectionsOf(services, reader, asking),
    documents: await documentsOf(services, reader, asking),
    isGreen: isGreen(asking),
  };
};

const linesOf = ({ subject, clause, evidence, dissent }: CardMatter): ShownValue[] => [
  ...subject,
  ...clause,
  ...evidence,
  ...dissent,
];

const namedMatter = (matter: CardMatter, name: (id: string) => string): CardMatter => ({
  ...matter,
  subject: withNames(matter.subject, name),
  clause: withNames(matter.clause, name),
  evidence: withNames(matter.evidence, name),
  dissent: withNames(matter.dissent, name),
});

/** What people are called whom the approval or its card names. */
const namesOf = async (
  { store }: Services,
  { tenant, state }: CaseRow,
  against: readonly Dissent[],
  shown: readonly string[],
): Promise<(id: string) => string> => {
  const { proposer, seats } = state.signing?.approval ?? { seats: [] };
  const ids = [
    ...shown,
    proposer?.id,
    ...against.map(({ personId }) => personId),
    ...Object.values(state.tasks).map(({ assignee }) => assignee),
    ...seats.flatMap(({ signer, delegation, decision }) => [
      ...[signer.personId, delegation?.to.id, delegation?.by.id, decision?.actorId],
    ]),
  ];
  const names = await personNames(
    store,
    tenant,
    ids.filter((id) => typeof id === 'string'),
  );
  return (id) => names.get(id) ?? id;
};
