import { pointerStep } from '../kernel/canonical-json.ts';
import { own } from '../kernel/own.ts';
import { type Finding, failing, warning } from './finding.ts';
import { reservedRoles } from './known-names.ts';
import type { LintContext } from './lint-context.ts';
import { needIn } from './lint-references.ts';
import { isAtomic, selfAndAbove } from './machine-index.ts';

/** Tasks stand on states that exist, and those who do them may send what completes them. */
export const taskFindings = ({ document, index }: LintContext): Finding[] => {
  const findings: Finding[] = [];
  const need = needIn(findings);
  const tasks = document.tasks ?? {};
  const decided = index.invokes.flatMap(({ invoke, source }) =>
    Object.hasOwn(document.approvals ?? {}, invoke.src) ? [source.id] : [],
  );
  for (const [stateId, task] of Object.entries(tasks)) {
    const pointer = `/tasks${pointerStep(stateId)}`;
    need([{ name: stateId, pointer }], index.byId.keys(), 'STATE_UNKNOWN', 'state');
    need(
      task.outcomes.map((name, place) => ({ name, pointer: `${pointer}/outcomes/${place}` })),
      Object.keys(document.events),
      'EVENT_UNKNOWN',
      'event',
    );
    need(
      (task.notBy ?? []).map((name, place) => ({ name, pointer: `${pointer}/notBy/${place}` })),
      [...Object.keys(tasks), ...decided],
      'TASK_UNKNOWN',
      'task',
    );
    const state = index.byId.get(stateId);
    const taken = new Set(state && selfAndAbove(state).flatMap(({ node }) => Object.keys(node.on ?? {})));
    for (const [place, outcome] of task.outcomes.entries()) {
      const event = own(document.events, outcome);
      const at = `${pointer}/outcomes/${place}`;
      if (event && !event.by.includes(task.role)) {
        const fix = `Add "${task.role}" to the roles of "${outcome}", or give the task to ${event.by.join(' or ')}.`;
        findings.push(
          failing(at, 'OUTCOME_NOT_PERMITTED', `The role "${task.role}" may not send "${outcome}".`, fix),
        );
      }
      if (event && state && !taken.has(outcome) && !taken.has('*')) {
        const message = `"${outcome}" leads nowhere from "${stateId}".`;
        findings.push(
          failing(at, 'OUTCOME_NOT_HANDLED', message, 'Let the state handle it, or leave it out.'),
        );
      }
    }
  }
  for (const [name, { notBy }] of Object.entries(document.events)) {
    need(
      (notBy ?? []).map((other, place) => ({
        name: other,
        pointer: `/events${pointerStep(name)}/notBy/${place}`,
      })),
      Object.keys(document.events),
      'EVENT_UNKNOWN',
      'event',
    );
  }
  return [...findings, ...ownerlessFindings({ document, index })];
};

/** A state that waits for staff and is nobody's task: it would be on no worklist. */
const ownerlessFindings = ({ document, index }: Pick<LintContext, 'document' | 'index'>): Finding[] =>
  index.states.filter(isAtomic).flatMap((state) => {
    const hasTask = selfAndAbove(state).some(({ id }) => Object.hasOwn(document.tasks ?? {}, id));
    const waitsFor = Object.keys(state.node.on ?? {}).filter((event) => {
      const { by } = own(document.events, event) ?? {};
      return by?.some((role) => !isOutside(role));
    });
    const waitsForOthers =
      state.node.after !== undefined ||
      Object.keys(state.node.on ?? {}).some((event) => own(document.events, event)?.by.some(isOutside));
    const idle = state.node.type === 'final' || state.node.invoke !== undefined;
    return hasTask || idle || waitsForOthers || waitsFor.length === 0
      ? []
      : [
          warning(
            state.pointer,
            'STATE_WITHOUT_TASK',
            `"${state.id}" waits for ${waitsFor.join(', ')} and is nobody's task.`,
            'Add a task with a role, unless the state only stands beside the work.',
          ),
        ];
  });

const isOutside = (role: string): boolean => reservedRoles.some((reserved) => reserved === role);
