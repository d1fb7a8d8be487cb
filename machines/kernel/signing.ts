import { type Approval, accountsOf, decisions, openSeats, type Seat } from './approval/approval.ts';
import { effectiveDelegation } from './approval/eligible.ts';
import { type ApprovalPlan, planFaults } from './approval/plan.ts';
import { beginApproval } from './approval/rounds.ts';
import type { AssignmentRequest } from './assignment.ts';
import { triggerDeadlines } from './deadlines.ts';
import type { RuntimeDefinition } from './definition.ts';
import type { JsonObject, Money } from './json.ts';
import { KernelError } from './kernel-error.ts';
import { own } from './own.ts';
import { type Cause, nextId, type Run } from './run.ts';
import { checkSeatLimits, keepSeatClocks } from './seat-clocks.ts';
import type { CaseState, Task } from './state.ts';
import { completeTask, dropAssignment, putTask } from './tasks.ts';

/** The role of a task for a seat that names a person and no role. */
export const signerRole = 'signer';

/** Events that deadlines may wait for: a step of the decision opens, and ends. */
export const stepOpened = 'approval.step-opened';
export const stepEnded = 'approval.step-ended';

/**
 * Begins the decision that a state has several people make.
 * @throws KernelError `PLAN_INVALID` for a plan that cannot be run to its end
 */
export const beginSigning = (run: Run, given: JsonObject, cause: Cause): void => {
  const { id, plan, subjectHash, amount, proposer, barred } = given;
  const [fault] = planFaults(plan as unknown as ApprovalPlan);
  if (fault) {
    throw new KernelError('PLAN_INVALID', `${fault.pointer}: ${fault.message}`);
  }
  checkSeatLimits(run, id as string, plan as unknown as ApprovalPlan);
  const { lends } = own(run.compiled.definition.signing, id as string) ?? {};
  const approval = beginApproval({
    plan: plan as unknown as ApprovalPlan,
    subjectHash: subjectHash as string,
    ...(amount === null ? {} : { amount: amount as unknown as Money }),
    proposer: proposer as unknown as Approval['proposer'],
    barred: barred as string[],
    ...(lends === undefined ? {} : { lends }),
  });
  putApproval(run, id as string, approval);
  triggerDeadlines(run, { event: stepOpened }, cause);
};

/** Keeps a decision as it is now, and sees to it that each open seat, and no other, has its open task and its time. */
export const putApproval = (run: Run, state: string, approval: Approval): void => {
  run.state = { ...run.state, signing: { state, approval } };
  const open = openSeats(approval);
  for (const [taskId, task] of seatTasks(run)) {
    const seat = open.find(({ id }) => id === task.seat);
    if (task.status === 'open' && !seat) {
      closeSeatTask(run, taskId, task, approval);
    }
  }
  for (const seat of open) {
    const [taskId, task] =
      seatTasks(run).find(([, each]) => each.seat === seat.id && each.status === 'open') ?? [];
    if (taskId === undefined || task === undefined) {
      openSeatTask(run, state, seat);
    } else if (task.role !== roleOf(seat) || task.department !== seat.signer.department) {
      const { department: _, ...rest } = task;
      putTask(run, taskId, { ...rest, ...placeOf(seat), assignee: null });
      askForSigner(run, taskId, seat);
    } else {
      const lentTo = effectiveDelegation(seat, run.clock)?.to.id;
      if (lentTo !== undefined && task.assignee !== lentTo) {
        putTask(run, taskId, { ...task, assignee: lentTo });
      }
    }
  }
  keepSeatClocks(run, state, approval);
};

const seatTasks = (run: Run): [string, Task][] =>
  Object.entries(run.state.tasks).filter(([, { seat }]) => seat !== undefined);

const openSeatTask = (run: Run, state: string, seat: Seat): void => {
  const taskId = nextId(run);
  putTask(run, taskId, {
    state,
    status: 'open',
    ...placeOf(seat),
    assignee: seat.signer.personId ?? null,
    openedAt: run.clock,
    seat: seat.id,
  });
  askForSigner(run, taskId, seat);
};

const closeSeatTask = (run: Run, taskId: string, task: Task, { seats }: Approval): void => {
  const seat = seats.find(({ id }) => id === task.seat);
  if (seat?.decision) {
    const { actorId, onBehalfOfId } = seat.decision;
    completeTask(run, taskId, seat.status, actorId, onBehalfOfId);
  } else {
    putTask(run, taskId, { ...task, status: 'cancelled', closedAt: run.clock });
    dropAssignment(run, taskId);
  }
};

const roleOf = ({ signer }: Seat): string => signer.role ?? signerRole;

const placeOf = (seat: Seat): Pick<Task, 'role' | 'department'> => ({
  role: roleOf(seat),
  ...(seat.signer.department === undefined ? {} : { department: seat.signer.department }),
});

/** Asks for somebody who may take the seat; a seat that names its person asks whether that one still may. */
export const askForSigner = (run: Run, taskId: string, seat: Seat): void => {
  const request = seatRequest(run.compiled.definition, run.state, seat.id);
  if (run.state.mode !== 'historical' && request) {
    run.effects.push({ type: 'assignTask', id: nextId(run), taskId, ...request });
  }
};

/** Asks anew for a seat that nobody could be found for. */
export const askForSignerAgain = (run: Run, taskId: string): void => {
  const task = run.state.tasks[taskId];
  const seat = run.state.signing?.approval.seats.find(({ id }) => id === task?.seat);
  if (task?.status === 'open' && seat) {
    askForSigner(run, taskId, seat);
  }
};

/** Asks for somebody who may take a seat; undefined for one that names its person, or is not there. */
export const seatRequest = (
  definition: RuntimeDefinition,
  { signing }: Pick<CaseState, 'signing'>,
  seatId: string,
): AssignmentRequest | undefined => {
  const { state = '', approval } = signing ?? {};
  const seat = approval?.seats.find(({ id }) => id === seatId);
  if (!approval || !seat || seat.signer.personId !== undefined) {
    return undefined;
  }
  return {
    ...placeOf(seat),
    skills: [],
    policy: own(definition.signing, state)?.assign ?? 'least-loaded',
    notPersons: [
      ...accountsOf(approval.proposer),
      ...approval.barred,
      ...decisions(approval).flatMap(({ humans }) => humans),
    ],
    seat: seat.id,
    ...(seat.signer.byAuthority && approval.amount ? { atLeast: approval.amount } : {}),
  };
};
