import type { Facts } from './command.ts';
import { isLive } from './deadlines.ts';
import { KernelError } from './kernel-error.ts';
import { endTransfer } from './owner-transfers.ts';
import type { Cause, Run } from './run.ts';
import type { AdHocKind, CaseState } from './state.ts';

/** What stands as the state of a task that no state of the machine waits for; no id of a state begins so. */
export const adHocState = (kind: AdHocKind): string => `@${kind}`;

/** Contacts, and promises, that one case may hold, each. */
export const adHocMax = 1_000;

/** The furthest date that a person may set: ten years. */
export const dueMsMax = 3_653 * 86_400_000;

/** How each piece of work is called where it keeps a case from closing. */
interface OpenWork {
  id: string;
  kind: AdHocKind | 'promise';
}

/** The ad-hoc tasks and the promises that are neither done nor cancelled, oldest first. */
export const openWork = (state: CaseState): OpenWork[] => [
  ...Object.entries(state.tasks).flatMap(([id, { status, adHoc }]): OpenWork[] =>
    status === 'open' && adHoc && !ofOwner.includes(adHoc.kind) ? [{ id, kind: adHoc.kind }] : [],
  ),
  ...Object.entries(state.deadlines).flatMap(([id, deadline]): OpenWork[] =>
    deadline.adHoc?.kind === 'promise' && isLive(deadline) ? [{ id, kind: 'promise' }] : [],
  ),
];

/** Who owns the case keeps nobody from closing it. */
const ofOwner: AdHocKind[] = ['handover', 'owner'];

/** Pieces of work that a refusal names; the rest is counted. */
const namedMax = 10;

/**
 * A person who would close a case with work open is refused, and told which. What no person decides (a clock, a
 * service, another case) is not held up by it: the case closes, and the same entry cancels the work.
 *
 * @throws KernelError `WORK_OPEN`; the run must then be dropped
 */
export const closeAdHocWork = (run: Run, cause: Cause): void => {
  const open = openWork(run.state);
  if (open.length > 0 && isPerson(cause.facts)) {
    const named = open.slice(0, namedMax).map(({ id, kind }) => `${kind} ${id}`);
    const more = open.length > namedMax ? ` and ${open.length - namedMax} more` : '';
    throw new KernelError(
      'WORK_OPEN',
      `The case would close with work open: ${named.join(', ')}${more}. Finish it, or cancel it with a reason.`,
    );
  }
  const tasks = { ...run.state.tasks };
  for (const [id, task] of Object.entries(tasks)) {
    if (task.status === 'open' && task.adHoc) {
      tasks[id] = { ...task, status: 'cancelled', closedAt: run.clock };
    }
  }
  // The promises are cancelled with the other clocks of a closed case.
  const { handover, ...rest } = run.state;
  run.state = { ...rest, tasks };
  if (handover) {
    endTransfer(run, handover.transfer, 'withdrawn');
  }
};

const isPerson = ({ actor }: Facts): boolean =>
  !actor.roles.some((role) => ['system', 'case'].includes(role));
