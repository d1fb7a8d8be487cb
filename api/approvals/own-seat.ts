import { type Approval, accountsOf, type Seat } from '../../machines/kernel/approval/approval.ts';
import { fault, humansOf, isFault, rightTo } from '../../machines/kernel/approval/eligible.ts';
import type { Actor } from '../../machines/kernel/command.ts';
import { seatClockName } from '../../machines/kernel/seat-clocks.ts';
import type { CaseState } from '../../machines/kernel/state.ts';

/** The task on which somebody may decide, with the steps to which they may send it back, or why there is none. */
export type OwnSeat = { taskId: string; earlierSteps: string[] } | { blocked: string };

/** The open seat that the actor may decide on, their own task first. */
export const ownSeat = (state: CaseState, approval: Approval, actor: Actor, at: string): OwnSeat => {
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

/** When an approval is due for them, RFC 3339: by the time of that seat alone where it has one, else as its open step is. */
export const ownDueAt = (
  { tasks, deadlines }: Pick<CaseState, 'tasks' | 'deadlines'>,
  mine: OwnSeat,
): string | null => {
  const seat = 'blocked' in mine ? undefined : tasks[mine.taskId]?.seat;
  const own = seat === undefined ? undefined : deadlines[seatClockName(seat)];
  return (own ?? deadlines.step)?.dueAt ?? null;
};

/** As the case itself judges it: the seat is somebody's whose work the actor does not do, and who has not lent it. */
const isAnothers = (assignee: string | null, { delegation }: Seat, actor: Actor): boolean =>
  assignee !== null &&
  !humansOf(actor).includes(assignee) &&
  !(actor.actsFor ?? []).some(({ personId }) => personId === assignee) &&
  !(delegation && accountsOf(delegation.by).some((id) => humansOf(actor).includes(id)));
