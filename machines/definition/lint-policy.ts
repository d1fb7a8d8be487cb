import { pointerStep } from '../kernel/canonical-json.ts';
import { own } from '../kernel/own.ts';
import { actOfEvent, eventsOfActs } from '../kernel/policy/table.ts';
import { rolesThatCanSend } from '../policy/can-send.ts';
import { type Finding, warning } from './finding.ts';
import type { LintContext } from './lint-context.ts';

/** Events that the table keeps everybody from, and events that it says something of and that are not there. */
export const policyTableFindings = ({ document, policy }: LintContext): Finding[] => {
  const { id, events } = document;
  const of = `${policy.id}@${policy.version}`;
  const closed = Object.entries(events).flatMap(([event, { by }]) => {
    const name = actOfEvent(policy, id, event);
    const act = name === undefined ? undefined : policy.acts[name];
    if (act === undefined || rolesThatCanSend(act, by).length > 0) {
      return [];
    }
    const message = `Nobody can send "${event}": it is for ${by.join(', ')}, and the act ${name} of the table ${of} is not.`;
    const fix = `Name a role that may do it (${Object.keys(act.by).join(', ')}), or change the table.`;
    return [warning(`/events${pointerStep(event)}/by`, 'ACT_CLOSED', message, fix)];
  });
  const missing = Object.keys(policy.acts).flatMap((name) =>
    eventsOfActs(policy, id, [name])
      .filter((event) => own(events, event) === undefined)
      .map((event) => {
        const message = `The act ${name} of the table ${of} is the event "${event}", which is not here: what the table keeps apart holds for no other event.`;
        const fix = `Keep the event's name, or publish a table that names what takes its place.`;
        return warning('/events', 'ACT_EVENT_MISSING', message, fix);
      }),
  );
  return [...closed, ...missing];
};
