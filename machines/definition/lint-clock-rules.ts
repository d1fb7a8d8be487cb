import { canonicalJson, pointerStep } from '../kernel/canonical-json.ts';
import type { DeadlineDefinition, Trigger } from '../kernel/definition.ts';
import { type Finding, failing, knownNames, warning } from './finding.ts';
import type { LintContext } from './lint-context.ts';
import { DeadlineDefinition as DeadlineSchema } from './schema-tables.ts';
import { type DayRange, daysOf } from './worst-calendar.ts';

/**
 * With and without each profile: deadlines are whole, nobody slips out of a clock of law or regulator, and no promise
 * is looser than the law.
 */
export const clockRuleFindings = ({ document }: LintContext): Finding[] =>
  effectiveSets(document).flatMap(setFindings);

interface DeadlineSet {
  /** Where a deadline of the set is written. */
  pointerOf: (name: string) => string;
  calendar: string;
  deadlines: { [name: string]: DeadlineDefinition };
  broken: { pointer: string; name: string }[];
}

/** The deadlines as they hold without a profile, and under each. */
const effectiveSets = (document: LintContext['document']): DeadlineSet[] => {
  const base = (document.deadlines ?? {}) as { [name: string]: DeadlineDefinition };
  const own = (name: string) => `/deadlines${pointerStep(name)}`;
  return [
    { pointerOf: own, calendar: document.calendar, deadlines: base, broken: [] },
    ...Object.entries(document.profiles ?? {}).map(([profile, change]) => {
      const set: DeadlineSet = {
        pointerOf: (name) =>
          Object.hasOwn(change.deadlines, name) ? `/profiles${pointerStep(profile)}${own(name)}` : own(name),
        calendar: change.calendar ?? document.calendar,
        deadlines: {},
        broken: [],
      };
      for (const name of new Set([...Object.keys(base), ...Object.keys(change.deadlines)])) {
        const changed = change.deadlines[name];
        if (changed === null) {
          continue;
        }
        const merged = { ...base[name], ...changed };
        if (DeadlineSchema.safeParse(merged).success) {
          set.deadlines[name] = merged as DeadlineDefinition;
        } else {
          set.broken.push({ name, pointer: set.pointerOf(name) });
        }
      }
      return set;
    }),
  ];
};

const setFindings = (set: DeadlineSet): Finding[] => [
  ...set.broken.map(({ name, pointer }) =>
    failing(
      pointer,
      'DEADLINE_INCOMPLETE',
      `"${name}" is not a deadline of its own, and there is none to change.`,
      knownNames(Object.keys(set.deadlines)),
    ),
  ),
  ...Object.entries(set.deadlines).flatMap(([name, deadline]) =>
    outsideFindings(deadline, set.pointerOf(name)),
  ),
  ...looserFindings(set),
];

/** A clock of law or regulator is paused only by what its definition names, with its proof. */
const outsideFindings = (deadline: DeadlineDefinition, pointer: string): Finding[] => {
  if (deadline.source.kind === 'company promise') {
    return [];
  }
  const findings: Finding[] = [];
  if ((deadline.pauseCauses ?? []).length > 0) {
    findings.push(
      failing(
        `${pointer}/pauseCauses`,
        'CLOCK_NOT_PAUSABLE',
        'Nobody may pause a clock of law or regulator by hand.',
        'Name the events that pause it under "pausedBy", with their proof.',
      ),
    );
  }
  for (const [place, { from }] of (deadline.pausedBy ?? []).entries()) {
    for (const [at, { proof }] of from.entries()) {
      if (proof === undefined) {
        findings.push(
          failing(
            `${pointer}/pausedBy/${place}/from/${at}`,
            'PAUSE_WITHOUT_PROOF',
            'A pause of a clock of law or regulator needs a document that proves it.',
            'Name a document of the checklist as "proof".',
          ),
        );
      }
    }
  }
  if (deadline.source.checked === undefined) {
    findings.push(
      warning(
        `${pointer}/source`,
        'SOURCE_UNCHECKED',
        'It does not say how well the rule was checked.',
        'Add "checked": "text read 2026-11", "secondary source" or "unverified".',
      ),
    );
  }
  return findings;
};

/** Law beats promise: where both start and stop alike, the promise may never end later, on any calendar. */
const looserFindings = ({ deadlines, pointerOf }: DeadlineSet): Finding[] => {
  const all = Object.entries(deadlines).map(([name, deadline]) => ({
    name,
    deadline,
    frame: canonicalJson([frame(deadline.starts), frame(deadline.stops)]),
    days: daysOf(deadline.limit, deadline.count),
  }));
  const outside = all.filter(({ deadline }) => deadline.source.kind !== 'company promise');
  return all
    .filter(({ deadline }) => deadline.source.kind === 'company promise')
    .flatMap((promise) =>
      outside
        .filter((law) => law.frame === promise.frame && isLooser(promise.days, law.days))
        .map((law) =>
          failing(
            `${pointerOf(promise.name)}/limit`,
            'PROMISE_LOOSER_THAN_LAW',
            `On the worst calendar "${promise.name}" takes ${Math.ceil(promise.days?.longest ?? 0)} days and "${law.name}" allows ${Math.floor(law.days?.shortest ?? 0)}.`,
            `Make it shorter than "${law.name}", or leave it out.`,
          ),
        ),
    );
};

const isLooser = (promise: DayRange | undefined, law: DayRange | undefined): boolean =>
  promise !== undefined && law !== undefined && promise.longest > law.shortest;

/** What starts or stops a clock, whatever order and spelling it is written in. */
const frame = (triggers: Trigger[]): string[] =>
  triggers
    .flatMap((trigger) => {
      const { time: _, proof: __, ...what } = trigger;
      return Object.entries(what).flatMap(([word, names]) => [names].flat().map((name) => `${word} ${name}`));
    })
    .sort();
