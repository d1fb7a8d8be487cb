import { createHash } from 'node:crypto';
import type { Db } from '../db/open.ts';
import { isAwayIn } from '../db/own/absences.ts';
import { actingDataIn } from '../db/own/acting.ts';
import { substitutesOf } from '../db/own/delegations.ts';
import { type Person, personIn } from '../db/own/people.ts';
import { type CaseOfAbsent, casesOfAbsent, casesOfReturned } from '../db/read/cases-of-absent.ts';
import { commonSuperiorIn } from '../db/read/common-superior.ts';
import { type CaseRow, getCase } from '../db/read/get-case.ts';
import { isHiddenIn } from '../db/read/out-of-sight.ts';
import { systemFacts } from '../machines/kernel/advance.ts';
import type { Actor, OwnerCommand } from '../machines/kernel/command.ts';
import { effectiveActor } from '../machines/people/effective-actor.ts';
import type { Outcome } from '../workflows/client/outcome.ts';
import { findLead } from './find-lead.ts';
import type { RoundParts, SendToCase } from './hand-on-tasks.ts';
import { createTaskTries } from './task-tries.ts';

/** Cases that one round takes, of each sort. */
const takenMax = 100;

/**
 * One look at the cases whose owner is away for long, has left or has no part in them any more, the most urgent first:
 * who stands in for them is asked to become the owner, else who leads their department. They stay the owner until
 * somebody accepts; once they are there again, what still waits is withdrawn. Safe to repeat, and by several processes at
 * once.
 *
 * @returns how many cases somebody was asked for, or is asked for no more
 */
export const createOwnerRound = ({
  store,
  send,
  say,
  now = Date.now,
}: RoundParts): ((signal?: AbortSignal) => Promise<number>) => {
  const tries = createTaskTries('owners who are away', say);
  const withdraw = async (key: { tenant: string; caseId: string }): Promise<boolean> => {
    const row = await getCase(store, key);
    return row !== undefined && (await sendAsEngine(send, row, { verb: 'withdraw' })).type === 'answered';
  };

  const ask = async (found: CaseOfAbsent, nowMs: number): Promise<boolean> => {
    const row = await getCase(store, found);
    if (row?.status !== 'open' || row.owner !== found.owner) {
      return false;
    }
    const { from, receivers } = await store.read((db) => askedIn(db, row, found, nowMs));
    for (const { to, superior } of receivers) {
      const outcome = await sendAsEngine(send, row, {
        ...{ verb: 'hand-over', because: found.because, to, superior },
        ...(from === undefined ? {} : { from }),
      });
      if (outcome.type === 'answered') {
        return true;
      }
      // Whom the case does not take is passed over; what has changed meanwhile is looked at anew.
      if (outcome.type !== 'refused' || outcome.refusal.code === 'STALE') {
        return false;
      }
    }
    return false;
  };

  return async (signal) => {
    const nowMs = now();
    const resting = tries.begin(nowMs);
    const returned = await casesOfReturned(store, nowMs, takenMax + resting);
    const absent = await casesOfAbsent(store, nowMs, takenMax + resting);
    const work = [
      ...returned.map((found) => ({ ...found, taskId: 'withdraw', does: () => withdraw(found) })),
      ...absent.map((found) => ({ ...found, taskId: 'owner', does: () => ask(found, nowMs) })),
    ];
    let done = 0;
    for (const { does, ...key } of work) {
      if (signal?.aborted) {
        break;
      }
      if (!tries.isResting(key)) {
        done += (await tries.attempt(key, does, nowMs)) ? 1 : 0;
      }
    }
    return done;
  };
};

const actorIn = (db: Db, person: Person, kind: string, nowMs: number): Actor =>
  effectiveActor(actingDataIn(db, person, nowMs), { nowMs, caseKind: kind });

/** From whom a case comes that has no owner. */
const engine = systemFacts.actor.id;

/** Who has said no to this owner's case since they went. */
const declinedBy = ({ state }: CaseRow, { owner, sinceMs }: CaseOfAbsent): string[] =>
  Object.values(state.transfers ?? {}).flatMap(({ of, from, to, status, at }) =>
    of === 'owner' && from === (owner ?? engine) && status === 'declined' && Date.parse(at) >= sinceMs
      ? [to]
      : [],
  );

/** Who is asked, in this order: the owner's substitutes, then a lead; all of them there, and with a part in the case. */
const askedIn = (
  db: Db,
  row: CaseRow,
  found: CaseOfAbsent,
  nowMs: number,
): { from?: Actor; receivers: { to: Actor; superior: string | null }[] } => {
  const { tenant, caseId, kind } = row;
  const owner = found.owner === null ? undefined : personIn(db, tenant, found.owner, nowMs);
  if (!owner && found.owner !== null) {
    return { receivers: [] };
  }
  const declined = declinedBy(row, found);
  const substitutes = owner ? substitutesOf(db, tenant, owner.id, nowMs) : [];
  const gone = owner ? [owner.id] : [];
  const present = { tenant, caseId, notPersons: [...gone, ...declined], nowMs };
  const lead = findLead(db, present, owner?.departments[0] ?? row.department ?? undefined);
  const isAsked = (person: Person | undefined): person is Person =>
    person?.status === 'active' &&
    !declined.includes(person.id) &&
    !isAwayIn(db, tenant, person.id, nowMs) &&
    !isHiddenIn(db, person, caseId);
  return {
    ...(owner ? { from: actorIn(db, owner, kind, nowMs) } : {}),
    receivers: [...substitutes.map((id) => personIn(db, tenant, id, nowMs)), lead]
      .filter(isAsked)
      .map((person) => ({
        to: actorIn(db, person, kind, nowMs),
        superior: commonSuperiorIn(db, row, [owner?.id ?? person.id, person.id], nowMs),
      })),
  };
};

const sendAsEngine = (
  send: SendToCase,
  { tenant, caseId, rev }: CaseRow,
  command: Pick<OwnerCommand, 'verb' | 'because' | 'from' | 'to' | 'superior'>,
): Promise<Outcome> => {
  const id = createHash('sha256')
    .update(JSON.stringify(['owner', tenant, caseId, command.verb, command.to?.id, rev]))
    .digest('hex');
  return send({ tenant, caseId }, { ...command, id, type: 'owner', expectedRev: rev, facts: systemFacts });
};
