import type { Context } from 'hono';
import { actingData } from '../../db/own/acting.ts';
import { personNames } from '../../db/read/person-names.ts';
import type { Title } from '../../machines/kernel/definition.ts';
import type { Money } from '../../machines/kernel/json.ts';
import { effectiveActor } from '../../machines/people/effective-actor.ts';
import type { AppEnv } from '../env.ts';
import type { Services } from '../services.ts';
import { workList } from '../work-list.ts';
import { type AskedApproval, askedApprovals } from './asked-approvals.ts';
import { plainTitle } from './card.ts';
import { caseZone } from './case-zone.ts';
import { type Hold, holdsOf } from './holds.ts';
import { type OwnSeat, ownDueAt, ownSeat } from './own-seat.ts';
import { signingStates } from './signing-states.ts';

/** An approval that somebody may decide now, as a list shows it. */
export interface WaitingApproval {
  taskId: string;
  caseId: string;
  number: string;
  /** Number of the case that asks, where the reader may see it. */
  askingNumber: string | undefined;
  title: Title;
  proposer: string;
  amount: Money | undefined;
  /** The step that is open. */
  step: string | null;
  stepTitle: Title | undefined;
  /** When their own seat is due where it has its own time, else that step; RFC 3339. */
  dueAt: string | null;
  /** IANA name of the zone in which the case counts its days. */
  zone: string;
  subjectHash: string;
  /** The same for approvals of one name, by one definition, at one step: those may be approved together. */
  group: string;
  /** Why it cannot be approved together with others; undefined where it can. */
  hold: Hold | undefined;
}

/** Why somebody has nothing to decide in an approval. */
type Blocked = Extract<OwnSeat, { blocked: string }>;

/** Approvals that one page shows. */
const waitingMax = 50;

/** What waits for the sender of this request: theirs, and what they may take; the tightest first. */
export const waitingApprovals = async (
  services: Services,
  c: Context<AppEnv>,
): Promise<WaitingApproval[]> => {
  const states = await signingStates(services, c.get('person').tenant);
  const lists = await Promise.all(
    (['mine', 'candidate'] as const).map((view) =>
      workList(services, c, { view, states, limit: waitingMax }),
    ),
  );
  const rows = lists.flatMap(({ items }) => items).sort((a, b) => (a.dueSort < b.dueSort ? -1 : 1));
  const caseIds = [...new Set(rows.map(({ caseId }) => caseId))].slice(0, waitingMax);
  const waiting = await waitingAmong(services, c, caseIds);
  return [...waiting.values()].flatMap((each) => ('blocked' in each ? [] : [each]));
};

/**
 * Those of these cases that are approvals, by their ids and in that order: each as it waits for the sender, or why they
 * have nothing to decide in it. All are read together, however many there are.
 */
export const waitingAmong = async (
  services: Services,
  c: Context<AppEnv>,
  caseIds: readonly string[],
): Promise<Map<string, WaitingApproval | Blocked>> => {
  const { store, now } = services;
  const reader = c.get('person');
  const nowMs = now();
  const approvals = await askedApprovals(services, reader, caseIds);
  const acting = await actingData(store, reader, nowMs);
  const judged = approvals.map((asked) => {
    const actor = effectiveActor(acting, { nowMs, caseKind: asked.kind });
    const mine = ownSeat(asked.row.state, asked.approval, actor, new Date(nowMs).toISOString());
    return { asked, mine };
  });
  const open = judged.filter(({ mine }) => !('blocked' in mine)).map(({ asked }) => asked);
  const holds = await holdsOf(services, { reader, credential: c.get('credential') }, open);
  const proposers = open.map(({ approval }) => approval.proposer.id);
  const names = await personNames(store, reader.tenant, proposers);
  const found = new Map<string, WaitingApproval | Blocked>();
  for (const { asked, mine } of judged) {
    const { caseId, state } = asked.row;
    const { id } = asked.approval.proposer;
    found.set(
      caseId,
      'blocked' in mine
        ? mine
        : {
            ...{ taskId: mine.taskId, ...shownOf(asked), proposer: names.get(id) ?? id },
            ...{ zone: await caseZone(services, state), hold: holds.get(caseId) },
            dueAt: ownDueAt(state, mine),
          },
    );
  }
  return found;
};

const shownOf = ({
  row: { caseId, number },
  approval: { amount, step, subjectHash },
  asking,
}: AskedApproval): Omit<WaitingApproval, 'taskId' | 'proposer' | 'zone' | 'hold' | 'dueAt'> => ({
  ...{ caseId, number, amount, step, subjectHash },
  askingNumber: asking?.row.number,
  title: asking?.title ?? plainTitle,
  stepTitle: step === null ? undefined : asking?.stepTitles.get(step),
  group: asking ? `${asking.row.definitionId}/${asking.name}/${step}` : caseId,
});
