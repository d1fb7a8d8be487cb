import { refuse } from '../apply-event.ts';
import { withoutBarredSigners } from '../approval/rounds.ts';
import { approvalBarred, approvalRel, childCaseId } from '../ask-approval.ts';
import type { Actor, Command, MessageCommand, RecusalCommand } from '../command.ts';
import type { Refusal } from '../refusal.ts';
import { type Cause, nextId, performer, type Run } from '../run.ts';
import { askForSigner, putApproval } from '../signing.ts';
import { askForAssignee, putTask } from '../tasks.ts';
import { usesRight } from '../use-right.ts';
import {
  type Exclusion,
  excludedIds,
  exclusionsMax,
  isExcluded,
  withoutExcludedLenders,
} from './exclusion.ts';

/**
 * Keeps whoever has no part in the case out of it, also as one to whom work is given. What is left of the command
 * stands without the rights that such people have lent.
 */
export const keepOut = <C extends Command>(run: Run, command: C): C | Refusal => {
  const { state } = run;
  if (state.excluded === undefined) {
    return command;
  }
  const { facts } = command;
  if ([facts.actor, performer(facts) as Actor].some((each) => isExcluded(state, each))) {
    return {
      refused: true,
      code: 'CONFLICT_OF_INTEREST',
      detail: 'Who is concerned by the matter, or reports to such a person, has no part in it.',
      allowed: [],
    };
  }
  const to = receiverOf(command);
  return to && isExcluded(state, to)
    ? refuse(run, facts, 'CONFLICT_OF_INTEREST', 'Nobody who is concerned by the matter gets work in it.')
    : { ...command, facts: withoutExcludedLenders(state, facts) };
};

const receiverOf = (command: Command): Actor | undefined => {
  const holder = 'add' in command ? (command.add as object) : command;
  const { to } = holder as { to?: Actor | object };
  return to && 'id' in to ? to : undefined;
};

/** Takes somebody out of the case 回避, or back in. Their open work goes to others. */
export const applyRecusal = (run: Run, command: RecusalCommand, cause: Cause): Refusal | undefined => {
  const { facts, person, verb, reason } = command;
  const accounts = [person.id, ...(person.sameAs ?? [])];
  const actor = performer(facts) as Actor;
  const isSelf = [actor.id, ...(actor.sameAs ?? [])].some((id) => accounts.includes(id));
  if (
    verb === 'readmit'
      ? !usesRight(run, facts, 'case.readmit', cause)
      : !isSelf && !usesRight(run, facts, 'case.recuse', cause)
  ) {
    return refuse(
      run,
      facts,
      'ROLE_REQUIRED',
      'Who has a part in a case is for its managers and compliance to say.',
    );
  }
  if (reason === undefined) {
    return refuse(run, facts, 'REASON_REQUIRED', 'Say why.');
  }
  cause.byPolicy = true;
  const excluded = run.state.excluded ?? {};
  if (verb === 'readmit') {
    if (!Object.hasOwn(excluded, person.id)) {
      return refuse(run, facts, 'DATA_INVALID', 'Nobody of this id is kept out of the case.');
    }
    const { [person.id]: _, ...left } = excluded;
    const { excluded: __, ...state } = run.state;
    run.state = Object.keys(left).length === 0 ? state : { ...state, excluded: left };
    return undefined;
  }
  if (Object.hasOwn(excluded, person.id)) {
    return refuse(run, facts, 'DATA_INVALID', 'This person has no part in the case already.');
  }
  if (Object.keys(excluded).length >= exclusionsMax) {
    return refuse(run, facts, 'CASE_TOO_LARGE', `At most ${exclusionsMax} people are kept out of a case.`);
  }
  const exclusion = {
    because: command.because ?? ('recused' as const),
    ...(person.sameAs === undefined ? {} : { sameAs: person.sameAs }),
    by: actor.id,
    at: run.clock,
  };
  run.state = { ...run.state, excluded: { ...excluded, [person.id]: exclusion } };
  leaveWork(run);
  tellApprovals(run, person.id, exclusion);
  return undefined;
};

/** The approvals that the case waits for began before, and keep the person out from now on as well. */
const tellApprovals = (run: Run, personId: string, { by, because, sameAs }: Exclusion): void => {
  if (run.state.mode === 'historical') {
    return;
  }
  for (const { subjectHash, effectId, failed } of Object.values(run.state.services)) {
    if (subjectHash !== undefined && failed !== true) {
      run.effects.push({
        ...{ type: 'tellCase', id: nextId(run), event: approvalBarred },
        caseId: childCaseId(run.state.tenant, effectId),
        data: { personId, because, by, ...(sameAs === undefined ? {} : { sameAs }) },
      });
    }
  }
};

/**
 * Keeps out of a decision whom the case that asked for it has taken out of the matter. What another case says moves
 * nothing; that it came is recorded.
 */
export const applyBarred = (run: Run, { from, event, data = {} }: MessageCommand, cause: Cause): void => {
  const { personId, because, by, sameAs } = data as unknown as { personId?: string } & Omit<Exclusion, 'at'>;
  const isAsking = run.state.links.some(({ rel, caseId }) => rel === approvalRel && caseId === from.caseId);
  const excluded = run.state.excluded ?? {};
  cause.fromCaseId = from.caseId;
  if (!isAsking || !run.state.signing || personId === undefined || Object.hasOwn(excluded, personId)) {
    cause.type = 'message.dropped';
    cause.data = { from: { ...from }, event, code: 'DATA_INVALID' };
    return;
  }
  cause.type = event;
  cause.data = { from: { ...from }, data };
  const exclusion = { because, ...(sameAs === undefined ? {} : { sameAs }), by, at: run.clock };
  run.state = { ...run.state, excluded: { ...excluded, [personId]: exclusion } };
  leaveWork(run);
};

/** What people who have no part in the case any more had in hand is somebody else's. */
const leaveWork = (run: Run): void => {
  const ids = excludedIds(run.state);
  if (run.state.owner !== null && ids.includes(run.state.owner)) {
    run.state = { ...run.state, owner: null };
  }
  if (run.state.signing) {
    const { state, approval } = run.state.signing;
    const barred = [...new Set([...approval.barred, ...ids])];
    const seats = approval.seats.map(({ delegation, ...seat }) =>
      delegation === undefined || ids.includes(delegation.to.id) ? seat : { ...seat, delegation },
    );
    putApproval(run, state, withoutBarredSigners({ ...approval, barred, seats }));
  }
  for (const [taskId, task] of Object.entries(run.state.tasks)) {
    if (task.status === 'open' && task.assignee !== null && ids.includes(task.assignee)) {
      putTask(run, taskId, { ...task, assignee: null });
      const seat = run.state.signing?.approval.seats.find(({ id }) => id === task.seat);
      if (seat) {
        askForSigner(run, taskId, seat);
      } else {
        askForAssignee(run, taskId, task);
      }
    }
  }
};
