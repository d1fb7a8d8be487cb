import { pointerStep } from '../kernel/canonical-json.ts';
import { parseDuration, toMilliseconds } from '../kernel/duration.ts';
import { type Finding, failing } from './finding.ts';
import type { LintContext } from './lint-context.ts';
import { historyFindings } from './lint-history.ts';
import type { IndexedState } from './machine-index.ts';
import { limits } from './schema-parts.ts';

/** States are put together as XState asks, delays resolve, and no failure of a service is swallowed. */
export const structureFindings = ({ index, actions }: LintContext): Finding[] => {
  const findings: Finding[] = historyFindings(index);
  if (index.states.length > limits.statesMax) {
    const message = `The machine has ${index.states.length} states; ${limits.statesMax} is the most.`;
    findings.push(failing('/machine', 'STATES_TOO_MANY', message, 'Move a part into a child case.'));
  }
  if (index.transitions.length > limits.transitionsMax) {
    const message = `The machine has ${index.transitions.length} transitions; ${limits.transitionsMax} is the most.`;
    findings.push(failing('/machine', 'TRANSITIONS_TOO_MANY', message, 'Move a part into a child case.'));
  }
  for (const state of index.states) {
    findings.push(...shapeFindings(state), ...wildcardFindings(state));
    for (const length of Object.keys(state.node.after ?? {})) {
      findings.push(...delayFindings(length, `${state.pointer}/after${pointerStep(length)}`));
    }
  }
  for (const { action, pointer } of actions) {
    if (action.type === 'raise' && action.delay !== undefined) {
      findings.push(...delayFindings(action.delay, `${pointer}/delay`));
    }
    if (action.type === 'ledger' && (action.add === undefined) === (action.set === undefined)) {
      findings.push(
        failing(pointer, 'LEDGER_AMBIGUOUS', 'A ledger line either adds or sets.', 'Give "add" or "set".'),
      );
    }
  }
  return findings;
};

/** XState would take an unknown delay for a timer that never fires. */
export const delayFindings = (length: string, pointer: string): Finding[] => {
  const parsed = parseDuration(length);
  if (parsed !== undefined && toMilliseconds(parsed) !== undefined) {
    return [];
  }
  const what =
    parsed === undefined ? 'is no ISO 8601 length' : 'has no fixed length: months and years differ';
  return [
    failing(
      pointer,
      'DELAY_UNRESOLVABLE',
      `"${length}" ${what}.`,
      'Write weeks, days, hours, minutes or seconds: P14D, PT30M.',
    ),
  ];
};

const shapeFindings = ({ node, pointer, children, parent }: IndexedState): Finding[] => {
  const { type, initial } = node;
  const isCompound = type === undefined && children.length > 0;
  const findings: Finding[] = [];
  const add = (at: string, message: string, fix: string) =>
    findings.push(failing(pointer + at, 'STATE_MALFORMED', message, fix));
  if (parent === null && children.length === 0) {
    add('', 'The machine has no states.', 'Add "states".');
  }
  if (isCompound && (initial === undefined || node.states?.[initial] === undefined)) {
    const names = children.map(({ key }) => key).join(', ');
    findings.push(
      failing(
        initial === undefined ? pointer : `${pointer}/initial`,
        'INITIAL_UNKNOWN',
        initial === undefined
          ? 'It does not say which state comes first.'
          : `"${initial}" is no child state.`,
        `Name one of ${names} as "initial".`,
      ),
    );
  }
  if (!isCompound && initial !== undefined) {
    add('/initial', 'Only a state with children that are not parallel has an initial one.', 'Remove it.');
  }
  if (type === 'parallel' && children.length < 2) {
    add('', 'Parallel states need two regions.', 'Add a region, or drop "parallel".');
  }
  if (type !== 'history' && (node.target !== undefined || node.history !== undefined)) {
    add('', 'Only a history state has "history" and "target".', 'Set "type": "history".');
  }
  const leaves = type === 'final' || type === 'history';
  if (leaves && (children.length > 0 || node.on || node.always || node.after || node.invoke || node.onDone)) {
    add('', `A ${type} state has neither children nor ways out.`, 'Remove them, or drop the type.');
  }
  if (parent === null && type !== undefined && type !== 'parallel') {
    add('/type', 'The machine itself is a state with children, or parallel.', 'Remove the type.');
  }
  if (children.length === 0 && node.onDone !== undefined && type === undefined) {
    add('/onDone', 'A state without children is never done.', 'Remove "onDone".');
  }
  return findings;
};

/** `*` also catches the failure of a service that has no route of its own, which would then be lost. */
const wildcardFindings = ({ node, pointer }: IndexedState): Finding[] => {
  const invokes = [node.invoke ?? []].flat();
  return node.on?.['*'] === undefined || invokes.every(({ onError }) => onError !== 'incident')
    ? []
    : [
        failing(
          `${pointer}/on/*`,
          'WILDCARD_BESIDE_INVOKE',
          '"*" would swallow the failure of the service.',
          'Give the invoke an "onError" that leads somewhere, or name the events.',
        ),
      ];
};
