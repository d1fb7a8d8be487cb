import { type Finding, warning } from '../definition/finding.ts';
import { pointerStep } from '../kernel/canonical-json.ts';
import { own } from '../kernel/own.ts';
import { type Act, currentPolicy, type Policy } from '../kernel/policy/table.ts';
import { type Granting, grantsOf } from './grants-of.ts';
import { rolesThatMay } from './roles-that-may.ts';

/** A version of a definition that cases follow, and whom it lets do what. */
export interface DefinitionInUse extends Granting {
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
export const policyFindings = (policy: Policy, definitions: readonly DefinitionInUse[]): Finding[] =>
  Object.entries(policy.acts).flatMap(([name, act]) => {
    const granted = grantedIn(name, act, definitions);
    return [
      ...unknownEvents(name, act, definitions),
      ...closedFindings(name, act, granted),
      ...idleRoles(name, act, granted),
    ];
  });

/** What a version of a definition lets people do that is the act, and whom. */
interface Granted {
  definition: string;
  version: string;
  does: string;
  by: readonly string[];
}

const grantedIn = (name: string, act: Act, definitions: readonly DefinitionInUse[]): Granted[] =>
  definitions.flatMap(({ id, version, events, ...granting }) =>
    [
      ...(own(act.events, id) ?? []).flatMap((type) => {
        const event = own(events, type);
        return event === undefined ? [] : [{ does: `send "${type}"`, by: event.by }];
      }),
      ...grantsOf(granting).filter((grant) => grant.act === name),
    ].map(({ does, by }) => ({ definition: id, version, does, by })),
  );

const unknownEvents = (name: string, act: Act, definitions: readonly DefinitionInUse[]): Finding[] =>
  Object.entries(act.events ?? {}).flatMap(([definition, types]) =>
    types.flatMap((type, index) => {
      if (definitions.some(({ id, events }) => id === definition && own(events, type) !== undefined)) {
        return [];
      }
      const pointer = `/acts${pointerStep(name)}/events${pointerStep(definition)}/${index}`;
      const message = `No version of ${definition} in use has the event "${type}": the row says nothing of it.`;
      const fix = `Write an event that ${definition} has, or publish a version that has this one.`;
      return [warning(pointer, 'ACT_EVENT_UNKNOWN', message, fix)];
    }),
  );

/** What the row leaves to nobody, once for all versions of a definition that grant it. */
const closedFindings = (name: string, act: Act, granted: readonly Granted[]): Finding[] => {
  const closed = granted.filter(({ by }) => rolesThatMay(act, by).length === 0);
  const alike = Map.groupBy(closed, ({ definition, does }) => `${definition} ${does}`);
  return [...alike.values()].map((versions) => {
    const { does } = versions[0] as Granted;
    const named = [...new Set(versions.flatMap(({ by }) => by))].join(', ');
    const of = versions.map(({ definition, version }) => `${definition}@${version}`).join(', ');
    const message = `Nobody can ${does} of ${of}: it is for ${named}, none of whom the row lets do it.`;
    const fix = `Name one of ${named} under \`by\`, or publish a version that lets a role of the row ${does}.`;
    return warning(`/acts${pointerStep(name)}/by`, 'ACT_CLOSED', message, fix);
  });
};

/** Roles beyond those of the shipped row, which is written for more definitions than are shipped. */
const idleRoles = (name: string, act: Act, granted: readonly Granted[]): Finding[] => {
  const granting = granted.flatMap(({ by }) => by);
  return Object.keys(act.by)
    .filter((role) => granting.length > 0 && !granting.includes(role))
    .filter((role) => own(own(currentPolicy.acts, name)?.by, role) === undefined)
    .map((role) => {
      const does = [...new Set(granted.map((each) => each.does))].join(', ');
      const message = `${role} gets nothing by this: no definition in use lets it ${does}.`;
      const fix = `Publish a version that names ${role} under \`by\`, or leave it out here.`;
      return warning(`/acts${pointerStep(name)}/by${pointerStep(role)}`, 'ACT_ROLE_IDLE', message, fix);
    });
};
