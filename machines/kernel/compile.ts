import type { AnyStateMachine } from 'xstate';
import type { Calendar } from './calendar.ts';
import { canonicalJson } from './canonical-json.ts';
import { type ClockProfile, clockLength } from './clock-profile.ts';
import { compileMachine } from './compile-machine.ts';
import { type CompiledDecisions, compileDecisions } from './decision.ts';
import type { DeadlineDefinition, RuntimeDefinition } from './definition.ts';
import { parseDuration, toMilliseconds } from './duration.ts';
import { type ExpressionLanguages, feelOnly } from './expression.ts';
import type { Json } from './json.ts';
import { KernelError } from './kernel-error.ts';
import { type MachineRunner, machineRunner } from './machine-runner.ts';
import { own as ownOf } from './own.ts';
import { policyRef } from './policy/policy-ref.ts';
import type { Policy } from './policy/table.ts';
import { sha256Hex } from './sha256.ts';
import type { DefinitionRef, PolicyRef } from './state.ts';
import { type StateInfo, stateTree } from './state-tree.ts';

/** Everything a case needs to be compiled; JSON, so that it travels with the case. */
export interface CompileInput {
  definition: RuntimeDefinition;
  ref: DefinitionRef;
  /** Calendar slices by id: the definition's and its deadlines' own. */
  calendars: { [id: string]: Calendar };
  /** The company's own table of who may do what; without one the shipped table decides. */
  policy?: Policy | undefined;
  /** One of the definition's profiles, or the id of `clockProfile`. */
  profile?: string | undefined;
  /** A profile that shortens every length, whatever the definition. */
  clockProfile?: ClockProfile | undefined;
}

/** A definition made ready to step: for one case, never shared between cases. */
export interface Compiled {
  input: CompileInput;
  definition: RuntimeDefinition;
  ref: DefinitionRef;
  tree: Map<string, StateInfo>;
  machine: AnyStateMachine;
  runner: MachineRunner;
  languages: ExpressionLanguages;
  decisions: CompiledDecisions;
  deadlines: { [name: string]: DeadlineDefinition };
  calendars: { [id: string]: Calendar };
  calendarHashes: { [id: string]: string };
  /** Names the company's own table, where it has one. */
  policyRef?: PolicyRef;
  /** The id of the calendar whose zone is the case's. */
  calendar: string;
}

/**
 * Compiles a definition for one case.
 *
 * @throws KernelError `PROFILE_UNKNOWN`, `CALENDAR_MISSING`, `LENGTH_NOT_FIXED`; XState's own errors for a machine
 * and ExpressionError for a decision table that lint would have refused.
 */
export const compile = (input: CompileInput, languages: ExpressionLanguages = feelOnly): Compiled => {
  const { definition, profile, clockProfile } = input;
  const scaled = clockProfile !== undefined && profile === clockProfile.id ? clockProfile : undefined;
  const own = profile === undefined ? undefined : ownOf(definition.profiles, profile);
  if (profile !== undefined && !own && !scaled) {
    throw new KernelError('PROFILE_UNKNOWN', `${definition.id} has no profile "${profile}".`);
  }
  const calendar = scaled?.calendar ?? own?.calendar ?? definition.calendar;
  const deadlines: { [name: string]: DeadlineDefinition } = {};
  for (const [name, base] of Object.entries(definition.deadlines ?? {})) {
    const change = own?.deadlines[name];
    if (change === null) {
      continue;
    }
    const merged = { calendar, ...base, ...change };
    deadlines[name] = scaled ? scaledDeadline(merged, scaled) : merged;
  }
  for (const [name, added] of Object.entries(own?.deadlines ?? {})) {
    if (added && !definition.deadlines?.[name]) {
      deadlines[name] = { calendar, ...(added as DeadlineDefinition) };
    }
  }
  for (const id of [calendar, ...Object.values(deadlines).map((deadline) => deadline.calendar ?? calendar)]) {
    if (!input.calendars[id]) {
      throw new KernelError('CALENDAR_MISSING', `The calendar "${id}" is not pinned.`);
    }
  }
  const root = { $defs: definition.$defs ?? {} };
  const decisions = compileDecisions(definition.decisions ?? {}, root, languages);
  const machine = compileMachine(definition.machine, {
    languages,
    reopen: definition.reopen,
    ...(definition.approvals && { approvals: definition.approvals }),
    ...(definition.services && { services: definition.services }),
    ...(definition.signing && { signing: definition.signing }),
    ...(definition.tasks && { tasks: definition.tasks }),
    decisions,
    ...(scaled ? { lengthMs: (length: string) => fixedMs(clockLength(scaled, length)) } : {}),
  });
  const tree = stateTree(definition.machine);
  return {
    input,
    definition,
    ref: input.ref,
    tree,
    machine,
    runner: machineRunner(machine, tree),
    languages,
    decisions,
    deadlines,
    calendars: input.calendars,
    calendarHashes: Object.fromEntries(
      Object.entries(input.calendars).map(([id, slice]) => [id, calendarHash(slice)]),
    ),
    ...(input.policy === undefined ? {} : { policyRef: policyRef(input.policy) }),
    calendar,
  };
};

/** The SHA-256 of a calendar slice's canonical JSON, in hex. */
export const calendarHash = (calendar: Calendar): string =>
  sha256Hex(canonicalJson(calendar as unknown as Json));

/** The ids of all calendars that cases of this definition may count with, profiles included. */
export const calendarIds = (
  definition: RuntimeDefinition,
  profile?: string,
  clockProfile?: ClockProfile,
): string[] => {
  if (clockProfile && profile === clockProfile.id) {
    return [clockProfile.calendar];
  }
  const own = profile === undefined ? undefined : definition.profiles?.[profile];
  const base = own?.calendar ?? definition.calendar;
  const deadlines = [...Object.values(definition.deadlines ?? {}), ...Object.values(own?.deadlines ?? {})];
  return [...new Set([base, ...deadlines.flatMap((deadline) => deadline?.calendar ?? [])])];
};

const scaledDeadline = (deadline: DeadlineDefinition, profile: ClockProfile): DeadlineDefinition => ({
  ...deadline,
  limit: clockLength(profile, deadline.limit),
  count: 'elapsed',
  calendar: profile.calendar,
  ...(deadline.extensions
    ? {
        extensions: deadline.extensions.map((extension) => ({
          ...extension,
          limit: clockLength(profile, extension.limit),
        })),
      }
    : {}),
});

const fixedMs = (length: string): number => {
  const parsed = parseDuration(length);
  const ms = parsed && toMilliseconds(parsed);
  if (ms === undefined) {
    throw new KernelError('LENGTH_NOT_FIXED', `"${length}" is no fixed ISO 8601 length.`);
  }
  return ms;
};
