import { runtimePart } from '../definition/runtime-part.ts';
import type { DefinitionDocument } from '../definition/schema.ts';
import type { Scenario, ScenarioStep, ServiceAnswer } from '../definition/schema-scenario.ts';
import type { Calendar } from '../kernel/calendar.ts';
import type { ClockProfile } from '../kernel/clock-profile.ts';
import type { Opening } from '../kernel/command.ts';
import { type Compiled, calendarIds, compile } from '../kernel/compile.ts';
import type { Entry, EntryLeaf } from '../kernel/entry.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { Refusal } from '../kernel/refusal.ts';
import type { DefinitionRef } from '../kernel/state.ts';
import { type AnswerService, type Player, purePlayer } from './player.ts';
import { scenarioCommand, scenarioFacts } from './scenario-command.ts';
import { scenarioInstant } from './scenario-instant.ts';
import { sealExample } from './seal-example.ts';

/** What did not hold; `step` counts from 1, 0 is the opening. */
export interface ScenarioFinding {
  step: number;
  message: string;
}

/** How a scenario went: its whole trail, and what did not hold. None: it holds. */
export interface ScenarioResult {
  trail: readonly Entry[];
  findings: ScenarioFinding[];
}

export interface ScenarioInput {
  document: DefinitionDocument;
  scenario: Scenario;
  /** Calendars by id; at least those that the definition counts with. */
  calendars: { readonly [id: string]: Calendar };
  /** For scenarios whose profile is this one. */
  clockProfile?: ClockProfile;
  /** Identity that the trail names; default: the document's own with a hash of zeros. */
  ref?: DefinitionRef;
  tenant?: string;
  caseId?: string;
}

/** A scenario made ready to be played. */
export interface PreparedScenario {
  scenario: Scenario;
  compiled: Compiled;
  opening: Opening;
  /** The scenario's instants in UTC. */
  instant: (written: string) => string;
  /** Each call takes the next answer. */
  answer: AnswerService;
}

/** Plays a scenario through the pure kernel and checks what it expects. */
export const runScenario = (input: ScenarioInput): Promise<ScenarioResult> => {
  const prepared = prepareScenario(input);
  return playScenario(prepared, purePlayer(prepared.compiled, prepared.answer));
};

/** @throws KernelError where the definition cannot be compiled; RangeError for what is no instant */
export const prepareScenario = (input: ScenarioInput): PreparedScenario => {
  const { document, scenario, clockProfile, tenant = 'example', caseId = 'example-1' } = input;
  const definition = runtimePart(document);
  const { id, version } = definition;
  const { profile, opening } = scenario;
  const known = calendarIds(definition, profile, clockProfile).flatMap((name) => input.calendars[name] ?? []);
  const compiled = compile({
    definition,
    ref: input.ref ?? { id, version, hash: '0'.repeat(64) },
    calendars: Object.fromEntries(known.map((calendar) => [calendar.id, calendar])),
    profile,
    clockProfile,
  });
  const zone = compiled.calendars[compiled.calendar] as Calendar;
  const instant = (written: string) => scenarioInstant(written, zone);
  return {
    scenario,
    compiled,
    instant,
    answer: answersOf(scenario),
    opening: {
      commandId: `${caseId}.opening`,
      tenant,
      caseId,
      number: 'EXAMPLE-1',
      facts: scenarioFacts(scenario, opening.as),
      data: sealExample(definition.data, { $defs: definition.$defs ?? {} }, opening.data as JsonObject),
      receivedAt: instant(opening.receivedAt),
      ...(profile === undefined ? {} : { profile }),
      ...(opening.links === undefined ? {} : { links: opening.links }),
    },
  };
};

const answersOf = (scenario: Scenario): AnswerService => {
  const calls = new Map<string, number>();
  return (service) => {
    const given = scenario.services?.[service] ?? { output: {} };
    const answers: ServiceAnswer[] = Array.isArray(given) ? given : [given];
    const call = calls.get(service) ?? 0;
    calls.set(service, call + 1);
    return answers[Math.min(call, answers.length - 1)] ?? 'unanswered';
  };
};

/** Plays a prepared scenario with any player and checks what it expects. */
export const playScenario = async (prepared: PreparedScenario, player: Player): Promise<ScenarioResult> => {
  const { scenario, compiled, opening, instant } = prepared;
  const findings: ScenarioFinding[] = [];
  const opened = await player.open(opening, opening.receivedAt);
  if (opened) {
    return { trail: [], findings: [{ step: 0, message: `The opening is refused: ${wordsOf(opened)}` }] };
  }
  for (const [index, step] of scenario.steps.entries()) {
    const before = (await player.entries()).length;
    const at = instant(step.at);
    await player.advanceTo(at);
    let refusal: Refusal | undefined;
    const head = (await player.state()).headHash;
    if (step.send) {
      const state = await player.state();
      const context = { scenario, definition: compiled.definition, state, as: step.as, instant };
      const command = scenarioCommand(step.send, { ...context, id: `${state.caseId}.step-${index + 1}` });
      refusal = await player.send(command, at);
    }
    const state = await player.state();
    const recorded = (await player.entries()).slice(before);
    const messages = [
      ...refusalFindings(step, refusal, head === state.headHash),
      ...stateFindings(step, state.machine.states),
      ...entryFindings(step, recorded.map(lineOf)),
    ];
    findings.push(...messages.map((message) => ({ step: index + 1, message })));
  }
  return { trail: await player.entries(), findings };
};

const wordsOf = ({ code, detail, errors = [] }: Refusal): string =>
  [`${code}. ${detail}`, ...errors.map(({ pointer, message }) => `${pointer || '/'} ${message}`)].join(' ');

const refusalFindings = (
  { refused }: ScenarioStep,
  refusal: Refusal | undefined,
  same: boolean,
): string[] => {
  if (refused === undefined) {
    return refusal ? [`The command is refused: ${wordsOf(refusal)}`] : [];
  }
  if (!refusal) {
    return [`The command is accepted, not refused with ${refused}.`];
  }
  return [
    ...(refusal.code === refused
      ? []
      : [`The command is refused with ${wordsOf(refusal)} Not with ${refused}.`]),
    ...(same ? [] : ['The refused command has changed the case.']),
  ];
};

const stateFindings = (step: ScenarioStep, states: string[]): string[] =>
  [step.in ?? []]
    .flat()
    .filter((id) => !states.includes(id))
    .map((id) => `The case is in ${states.join(', ')}, not in ${id}.`);

/** Entries that a scenario must expect in so many words: something went wrong. */
const alarming = ['incident.raised', 'message.dropped', 'service.dropped'];

const entryFindings = ({ expect }: ScenarioStep, lines: Line[]): string[] => {
  const shown = lines.map(({ type, subject }) => `${type} ${subject}`.trim()).join('; ') || 'nothing';
  if (expect?.length === 0 && lines.length > 0) {
    return [`Recorded is ${shown}, not nothing.`];
  }
  let from = 0;
  const missing = (expect ?? []).filter((wanted) => {
    const found = lines.findIndex(
      ({ type, subject }, index) => index >= from && (wanted === type || wanted === `${type} ${subject}`),
    );
    from = found < 0 ? from : found + 1;
    return found < 0;
  });
  const unexpected = lines.filter(
    ({ type }) => alarming.includes(type) && !expect?.some((wanted) => wanted.startsWith(type)),
  );
  return [
    ...missing.map((wanted) => `Recorded is ${shown}, without "${wanted}" at its place.`),
    ...unexpected.map(({ type, subject }) => `Recorded is "${type} ${subject}", which no step expects.`),
  ];
};

interface Line {
  type: string;
  subject: string;
}

/** An entry as scenarios write it: its type, and the deadline, service, document or code that it is about. */
const lineOf = (entry: Entry): Line => {
  const { data } = JSON.parse(entry.leaf) as EntryLeaf;
  const about = data as { [name: string]: unknown } | null;
  const subject = about?.deadline ?? about?.invokeId ?? about?.key ?? about?.code ?? '';
  return { type: entry.type, subject: typeof subject === 'string' ? subject : '' };
};
