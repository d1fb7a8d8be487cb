import { pointerStep } from '../kernel/canonical-json.ts';
import { returnEvent } from '../kernel/compile-machine.ts';
import { type Finding, failing, warning } from './finding.ts';
import type { LintContext } from './lint-context.ts';
import { needIn } from './lint-references.ts';
import {
  type IndexedState,
  type IndexedTransition,
  type MachineIndex,
  selfAndAbove,
} from './machine-index.ts';
import { reachableIn } from './reachable-states.ts';

/** A task goes back to steps that come before it, and takes no work beside it along. */
export const returnFindings = ({ document, index }: LintContext): Finding[] => {
  const findings: Finding[] = [];
  const need = needIn(findings);
  const tasks = document.tasks ?? {};
  const reachable = reachableIn(index);
  const after = new Map<IndexedState, Set<IndexedState>>();
  const comesAfter = (state: IndexedState, step: IndexedState): boolean => {
    const known = after.get(step) ?? reachable([step]);
    after.set(step, known);
    return known.has(state);
  };
  for (const [stateId, { returnTo = [] }] of Object.entries(tasks)) {
    const from = index.byId.get(stateId);
    for (const [place, name] of returnTo.entries()) {
      const pointer = `/tasks${pointerStep(stateId)}/returnTo/${place}`;
      const step = index.byId.get(name);
      need([{ name, pointer }], index.byId.keys(), 'STATE_UNKNOWN', 'state');
      const refuse = (code: string, message: string, fix: string) =>
        findings.push(failing(pointer, code, message, fix));
      if (from === undefined || step === undefined) {
        continue;
      }
      if (step.node.type === 'final') {
        refuse(
          'RETURN_INTO_FINAL',
          `"${name}" is final: the case would end.`,
          'Name a step where work goes on.',
        );
      } else if (!Object.hasOwn(tasks, name)) {
        refuse(
          'RETURN_WITHOUT_TASK',
          `"${name}" is nobody's task, so it was never done.`,
          'Name the state of a task.',
        );
      } else if (isWithin(from, step) || isWithin(step, from)) {
        refuse(
          'RETURN_WITHIN',
          from === step
            ? `"${stateId}" would go back to itself.`
            : `One of "${stateId}" and "${name}" lies within the other, so it would go back to where it is.`,
          'Name a step that stands apart from this one.',
        );
      } else if (regionLeft(from, step) !== undefined) {
        refuse(
          'RETURN_ACROSS_REGIONS',
          `Going back to "${name}" leaves "${regionLeft(from, step)}" while the regions beside are at work.`,
          'Name a step of the same region, or let an event say what becomes of the others.',
        );
      } else if (!comesAfter(from, step)) {
        refuse(
          'RETURN_NOT_EARLIER',
          `No way leads from "${name}" to "${stateId}", so it is no earlier step.`,
          'Name a step that comes before this one.',
        );
      } else if (regionLeft(step, from) !== undefined) {
        findings.push(
          warning(
            pointer,
            'RETURN_RESTARTS_REGIONS',
            `Going back to "${name}" enters the regions beside "${regionLeft(step, from)}" anew as well.`,
            'Name a step before them, unless their work is to be done again.',
          ),
        );
      }
    }
  }
  return findings;
};

const isWithin = (inner: IndexedState, outer: IndexedState): boolean => selfAndAbove(inner).includes(outer);

/** The region of a parallel state that one leaves on the way from a state to another. */
const regionLeft = (from: IndexedState, to: IndexedState): string | undefined =>
  selfAndAbove(from).find((state) => state.parent?.node.type === 'parallel' && !isWithin(to, state))?.id;

/** The machine with the ways back that `returnTo` adds to it: from a step that people only return, the case can end as well. */
export const withReturns = ({ document, index }: LintContext): MachineIndex => ({
  ...index,
  transitions: [
    ...index.transitions,
    ...Object.entries(document.tasks ?? {}).flatMap(([stateId, { returnTo = [] }]) => {
      const source = index.byId.get(stateId);
      return source === undefined ? [] : returnTo.map((step) => wayBack(index, source, step));
    }),
  ],
});

const wayBack = ({ byId }: MachineIndex, source: IndexedState, step: string): IndexedTransition => ({
  source,
  cause: { kind: 'event', event: returnEvent(step) },
  ...{ pointer: source.pointer, guardPointer: source.pointer, actionsPointer: source.pointer },
  ...{ place: 0, guard: undefined, actions: [] },
  targets: [{ text: `#${step}`, pointer: source.pointer, state: byId.get(step) }],
});
