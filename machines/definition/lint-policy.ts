import { pointerStep } from '../kernel/canonical-json.ts';
import { own } from '../kernel/own.ts';
import { actOfEvent, eventsOfActs } from '../kernel/policy/table.ts';
import { grantsOf } from '../policy/grants-of.ts';
import { rolesThatMay } from '../policy/roles-that-may.ts';
import { type Finding, warning } from './finding.ts';
import type { LintContext } from './lint-context.ts';

/** What the table keeps everybody from, and events that it says something of and that are not there. */
export const policyTableFindings = ({ document, policy }: LintContext): Finding[] => {
  const { id, events } = document;
  const of = `${policy.id}@${policy.version}`;
  const granted = [
    ...Object.entries(events).map(([event, { by }]) => ({
      ...{ act: actOfEvent(policy, id, event), does: `send "${event}"`, by },
      pointer: `/events${pointerStep(event)}/by`,
    })),
    ...grantsOf(document),
  ];
  const closed = granted.flatMap(({ act: name, does, by, pointer }) => {
    const act = name === undefined ? undefined : own(policy.acts, name);
    if (act === undefined || rolesThatMay(act, by).length > 0) {
      return [];
    }
    const message = `Nobody can ${does}: it is for ${by.join(', ')}, and the act ${name} of the table ${of} is not.`;
    const fix = `Name a role that may do it (${Object.keys(act.by).join(', ')}), or change the table.`;
    return [warning(pointer, 'ACT_CLOSED', message, fix)];
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
