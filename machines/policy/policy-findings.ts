import { type Finding, warning } from '../definition/finding.ts';
import { pointerStep } from '../kernel/canonical-json.ts';
import { own } from '../kernel/own.ts';
import { type Act, currentPolicy, type Policy } from '../kernel/policy/table.ts';
import { rolesThatCanSend } from './can-send.ts';

/** A version of a definition that cases follow, and who may send each of its events. */
export interface EventsOfDefinition {
  id: string;
  version: string;
  events: { readonly [event: string]: { readonly by: readonly string[] } };
}

/**
 * Where a table and the definitions in use do not fit: each allows what the other does not, and both are needed. All are
 * warnings, for a table may come before its definitions, and may close an act to everybody for a time.
 *
 * @param policy one without problems
 * @returns pointers into the table
 */
export const policyFindings = (policy: Policy, definitions: readonly EventsOfDefinition[]): Finding[] =>
  Object.entries(policy.acts).flatMap(([name, act]) => [
    ...eventsOf(act, definitions).flatMap((event) => eventFindings(name, act, event)),
    ...idleRoles(name, act, eventsOf(act, definitions)),
  ]);

/** An event of an act, and the versions that know it. */
interface ActEvent {
  definition: string;
  type: string;
  index: number;
  versions: { version: string; by: readonly string[] }[];
}

const eventsOf = ({ events = {} }: Act, definitions: readonly EventsOfDefinition[]): ActEvent[] =>
  Object.entries(events).flatMap(([definition, types]) =>
    types.map((type, index) => ({
      ...{ definition, type, index },
      versions: definitions
        .filter(({ id }) => id === definition)
        .flatMap(({ version, events: known }) => {
          const event = own(known, type);
          return event === undefined ? [] : [{ version, by: event.by }];
        }),
    })),
  );

const eventFindings = (
  name: string,
  act: Act,
  { definition, type, index, versions }: ActEvent,
): Finding[] => {
  const at = `/acts${pointerStep(name)}`;
  if (versions.length === 0) {
    const pointer = `${at}/events${pointerStep(definition)}/${index}`;
    const message = `No version of ${definition} in use has the event "${type}": the row says nothing of it.`;
    const fix = `Write an event that ${definition} has, or publish a version that has this one.`;
    return [warning(pointer, 'ACT_EVENT_UNKNOWN', message, fix)];
  }
  const closed = versions.filter(({ by }) => rolesThatCanSend(act, by).length === 0);
  if (closed.length === 0) {
    return [];
  }
  const named = [...new Set(closed.flatMap(({ by }) => by))].join(', ');
  const of = closed.map(({ version }) => `${definition}@${version}`).join(', ');
  const message = `Nobody can send "${type}" of ${of}: it is for ${named}, none of whom the row lets do it.`;
  const fix = `Name one of ${named} under \`by\`, or publish a version whose "${type}" is for a role of the row.`;
  return [warning(`${at}/by`, 'ACT_CLOSED', message, fix)];
};

/** Roles beyond those of the shipped row, which is written for more definitions than are shipped. */
const idleRoles = (name: string, act: Act, events: ActEvent[]): Finding[] => {
  const granting = events.flatMap(({ versions }) => versions.flatMap(({ by }) => by));
  return Object.keys(act.by)
    .filter((role) => granting.length > 0 && !granting.includes(role))
    .filter((role) => own(own(currentPolicy.acts, name)?.by, role) === undefined)
    .map((role) => {
      const types = [...new Set(events.map(({ type }) => type))].join(', ');
      const message = `${role} gets nothing by this: no definition in use lets it send ${types}.`;
      const fix = `Publish a version whose event names ${role} under \`by\`, or leave it out here.`;
      return warning(`/acts${pointerStep(name)}/by${pointerStep(role)}`, 'ACT_ROLE_IDLE', message, fix);
    });
};
