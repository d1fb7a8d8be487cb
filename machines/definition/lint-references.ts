import { approvalAnswered } from '../kernel/ask-approval.ts';
import { pointerStep } from '../kernel/canonical-json.ts';
import type { Guard } from '../kernel/definition.ts';
import { isExpression } from '../kernel/expression.ts';
import { type Finding, failing, knownNames, warning } from './finding.ts';
import { kernelEvents } from './known-names.ts';
import type { LintContext } from './lint-context.ts';

/** Targets, events, guards, services, children and documents that the machine names exist. */
export const machineReferenceFindings = (context: LintContext): Finding[] => {
  const { document, index, actions } = context;
  const findings: Finding[] = [];
  const need = needIn(findings);
  const events = new Set([...Object.keys(document.events), ...kernelEvents]);
  const services = [...Object.keys(document.services ?? {}), ...Object.keys(document.approvals ?? {})];
  for (const { targets, guard, guardPointer } of index.transitions) {
    for (const { text, pointer, state } of targets) {
      if (state === undefined) {
        const fix = `Name a state beside this one, ".child" or "#id". ${knownNames(index.byId.keys())}`;
        findings.push(failing(pointer, 'TARGET_UNKNOWN', `"${text}" leads to no state.`, fix));
      }
    }
    need(statesIn(guard, guardPointer), index.byId.keys(), 'STATE_UNKNOWN', 'state');
  }
  for (const { node, pointer } of index.states) {
    const named = Object.keys(node.on ?? {}).map((event) => ({
      name: event,
      pointer: `${pointer}/on${pointerStep(event)}`,
    }));
    need(
      named.filter(({ name }) => !name.includes('*') && !name.startsWith('xstate.')),
      events,
      'EVENT_UNKNOWN',
      'event',
    );
    for (const { name, pointer: at } of named.filter((one) => one.name.endsWith('.*'))) {
      if (![...events].some((event) => event.startsWith(name.slice(0, -1)))) {
        findings.push(failing(at, 'EVENT_UNKNOWN', `No event begins like "${name}".`, knownNames(events)));
      }
    }
  }
  for (const { invoke, pointer } of index.invokes) {
    need([{ name: invoke.src, pointer: `${pointer}/src` }], services, 'SERVICE_UNKNOWN', 'service');
  }
  const raised = actions.flatMap(({ action }) =>
    action.type === 'raise' ? [action.id ?? action.event] : [],
  );
  for (const { action, pointer } of actions) {
    switch (action.type) {
      case 'raise':
        need(
          [{ name: action.event, pointer: `${pointer}/event` }],
          Object.keys(document.events),
          'EVENT_UNKNOWN',
          'event',
        );
        break;
      case 'cancel':
        need([{ name: action.id, pointer: `${pointer}/id` }], raised, 'TIMER_UNKNOWN', 'delayed raise');
        break;
      case 'start':
        need(
          [{ name: action.child, pointer: `${pointer}/child` }],
          Object.keys(document.children ?? {}),
          'CHILD_UNKNOWN',
          'child',
        );
        break;
      case 'waive':
        if (typeof action.document === 'string') {
          need(
            [{ name: action.document, pointer: `${pointer}/document` }],
            Object.keys(document.documents ?? {}),
            'DOCUMENT_UNKNOWN',
            'document',
          );
        }
        break;
      case 'tell':
        findings.push(...tellFindings(context, action, pointer));
        break;
      default:
    }
  }
  return [...findings, ...childFindings(context), ...unusedFindings(context)];
};

interface Named {
  name: string;
  pointer: string;
}

/** Adds a finding for each name that is not among the known ones. */
export const needIn =
  (findings: Finding[]) =>
  (named: readonly Named[], known: Iterable<string>, code: string, what: string): void => {
    const names = new Set(known);
    for (const { name, pointer } of named) {
      if (!names.has(name)) {
        findings.push(failing(pointer, code, `There is no ${what} "${name}".`, knownNames(names)));
      }
    }
  };

/** The states that a guard asks for, with where it does. */
export const statesIn = (guard: Guard | undefined, pointer: string): Named[] => {
  if (guard === undefined || isExpression(guard)) {
    return [];
  }
  if ('in' in guard) {
    return [{ name: guard.in, pointer: `${pointer}/in` }];
  }
  if ('not' in guard) {
    return statesIn(guard.not, `${pointer}/not`);
  }
  const [word, parts] = 'and' in guard ? ['and', guard.and] : ['or', guard.or];
  return parts.flatMap((part, place) => statesIn(part, `${pointer}/${word}/${place}`));
};

const tellFindings = (
  { definitions }: LintContext,
  { event }: { event: string },
  pointer: string,
): Finding[] => {
  if (definitions === undefined || event === approvalAnswered) {
    return [];
  }
  const takers = Object.values(definitions).map(({ events }) =>
    Object.hasOwn(events, event) ? events[event] : undefined,
  );
  if (takers.some((by) => by?.includes('case'))) {
    return [];
  }
  const fix = 'Declare it in the definition of the case that is told, with "case" among its roles.';
  return [failing(`${pointer}/event`, 'TELL_UNKNOWN', `No definition lets a case send "${event}".`, fix)];
};

const childFindings = ({ document, definitions }: LintContext): Finding[] =>
  Object.entries(document.children ?? {}).flatMap(([name, { definition }]) =>
    definitions === undefined || Object.hasOwn(definitions, definition) || definition === document.id
      ? []
      : [
          failing(
            `/children${pointerStep(name)}/definition`,
            'DEFINITION_UNKNOWN',
            `There is no definition "${definition}".`,
            knownNames(Object.keys(definitions)),
          ),
        ],
  );

/** What is declared and never used is likely a mistake of spelling. */
const unusedFindings = ({ document, index, actions }: LintContext): Finding[] => {
  const patterns = index.states.flatMap(({ node }) => Object.keys(node.on ?? {}));
  const taken = (event: string) =>
    patterns.some(
      (pattern) =>
        pattern === event ||
        pattern === '*' ||
        (pattern.endsWith('.*') && event.startsWith(pattern.slice(0, -1))),
    );
  const invoked = new Set([
    ...index.invokes.map(({ invoke }) => invoke.src),
    ...Object.values(document.services ?? {}).flatMap(({ compensation }) => compensation?.service ?? []),
  ]);
  const started = new Set(actions.flatMap(({ action }) => (action.type === 'start' ? [action.child] : [])));
  const unused = (section: string, name: string, what: string) =>
    warning(
      `/${section}${pointerStep(name)}`,
      `${what.toUpperCase()}_UNUSED`,
      `Nothing in the machine uses the ${what} "${name}".`,
      'Use it or remove it.',
    );
  return [
    ...Object.keys(document.events)
      .filter((event) => !taken(event))
      .map((name) => unused('events', name, 'event')),
    ...Object.keys(document.services ?? {})
      .filter((name) => !invoked.has(name))
      .map((name) => unused('services', name, 'service')),
    ...Object.keys(document.children ?? {})
      .filter((name) => !started.has(name))
      .map((name) => unused('children', name, 'child')),
  ];
};
