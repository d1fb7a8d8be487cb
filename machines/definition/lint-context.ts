import type { DeadlineDefinition } from '../kernel/definition.ts';
import { currentPolicy, type Policy } from '../kernel/policy/table.ts';
import { actionPlaces, type PlacedAction } from './action-places.ts';
import { calendarIds, reservedRoles, staffRoles } from './known-names.ts';
import { indexMachine, type MachineIndex } from './machine-index.ts';
import type { DefinitionDocument } from './schema.ts';

/** What is known outside of the document; the shipped names where nothing is given. */
export interface LintSurroundings {
  roles?: readonly string[];
  calendars?: readonly string[];
  /** Other definitions by id. Absent: references to them are not judged. */
  definitions?: { readonly [id: string]: KnownDefinition };
  /** The table of who may do what. */
  policy?: Policy;
}

/** What a definition's document may be judged by another for. */
export interface KnownDefinition {
  /** Its events, with who may send each. */
  events: { readonly [event: string]: readonly string[] };
  /** The deadline that seats' own limits count like; absent: they do not count in its cases. */
  seatClock?: Pick<DeadlineDefinition, 'limit' | 'count'>;
}

/** What every rule looks at. */
export interface LintContext {
  document: DefinitionDocument;
  index: MachineIndex;
  actions: PlacedAction[];
  roles: ReadonlySet<string>;
  calendars: ReadonlySet<string>;
  definitions: LintSurroundings['definitions'];
  policy: Policy;
}

export const lintContext = (document: DefinitionDocument, surroundings: LintSurroundings): LintContext => {
  const index = indexMachine(document.machine);
  return {
    document,
    index,
    actions: actionPlaces(index),
    roles: new Set([...(surroundings.roles ?? staffRoles), ...reservedRoles]),
    calendars: new Set(surroundings.calendars ?? calendarIds),
    definitions: surroundings.definitions,
    policy: surroundings.policy ?? currentPolicy,
  };
};
