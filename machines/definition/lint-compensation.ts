import { pointerStep } from '../kernel/canonical-json.ts';
import { compensatedEvent } from '../kernel/compensation.ts';
import { own } from '../kernel/own.ts';
import { type Finding, failing, warning } from './finding.ts';
import type { LintContext } from './lint-context.ts';
import { needIn } from './lint-references.ts';
import type { IndexedState } from './machine-index.ts';

/** What undoes a service exists and is final, what is to be undone can be, and the case waits for it. */
export const compensationFindings = (context: LintContext): Finding[] => {
  const { document, index, actions } = context;
  const findings: Finding[] = [];
  const need = needIn(findings);
  const services = document.services ?? {};
  const undone = new Set<string>();
  for (const { action, pointer } of actions) {
    if (action.type !== 'compensate') {
      continue;
    }
    const at = `${pointer}/service`;
    undone.add(action.service);
    need([{ name: action.service, pointer: at }], Object.keys(services), 'SERVICE_UNKNOWN', 'service');
    const service = own(services, action.service);
    if (service !== undefined && service.compensation === undefined) {
      const message = `Nothing says how "${action.service}" is undone.`;
      findings.push(failing(at, 'COMPENSATION_MISSING', message, 'Give the service a "compensation".'));
    }
  }
  for (const [name, { compensation }] of Object.entries(services)) {
    if (compensation === undefined) {
      continue;
    }
    const pointer = `/services${pointerStep(name)}/compensation`;
    need(
      [{ name: compensation.service, pointer: `${pointer}/service` }],
      Object.keys(services),
      'SERVICE_UNKNOWN',
      'service',
    );
    if (own(services, compensation.service)?.compensation !== undefined) {
      const message = `"${compensation.service}" undoes a service and would itself be undone.`;
      const fix = 'Name a service without a compensation.';
      findings.push(failing(`${pointer}/service`, 'COMPENSATION_CHAINED', message, fix));
    }
    if (!undone.has(name)) {
      const message = `Nothing in the machine undoes "${name}".`;
      const fix = 'Undo it with a "compensate" action, or remove the compensation.';
      findings.push(warning(pointer, 'COMPENSATION_UNUSED', message, fix));
    }
  }
  const awaited = index.states.some(({ node }) =>
    Object.keys(node.on ?? {}).some((event) => [compensatedEvent, 'service.*', '*'].includes(event)),
  );
  if (undone.size > 0 && !awaited) {
    const message = `Nothing waits for "${compensatedEvent}", and before it the case cannot end.`;
    const fix = `Let the state that undoes wait for "${compensatedEvent}".`;
    findings.push(warning('/machine', 'COMPENSATION_UNAWAITED', message, fix));
  }
  return [...findings, ...endingFindings(context)];
};

/** What is asked on the way into the end of the case would be refused every time there is something to undo. */
const endingFindings = ({ index, actions }: LintContext): Finding[] => {
  const ends = (state: IndexedState | undefined) =>
    state?.node.type === 'final' && state.parent === index.root && index.root.node.type !== 'parallel';
  const intoEnd = [
    ...index.transitions
      .filter(({ targets }) => targets.some(({ state }) => ends(state)))
      .map(({ actionsPointer }) => `${actionsPointer}/`),
    ...index.states.filter(ends).map(({ pointer }) => `${pointer}/entry/`),
  ];
  return actions
    .filter(
      ({ action, pointer }) =>
        action.type === 'compensate' && intoEnd.some((start) => pointer.startsWith(start)),
    )
    .map(({ pointer }) =>
      failing(
        pointer,
        'COMPENSATE_AT_END',
        'The case cannot end before what is being undone is undone.',
        `Undo in a state before, and go on to the end on "${compensatedEvent}".`,
      ),
    );
};
