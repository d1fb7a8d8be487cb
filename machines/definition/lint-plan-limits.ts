import { pointerStep } from '../kernel/canonical-json.ts';
import { clockRuleProblem } from '../kernel/clock-rule.ts';
import type { ApprovalDefinition, DeadlineDefinition } from '../kernel/definition.ts';
import { formatDuration, parseDuration } from '../kernel/duration.ts';
import { type Finding, failing, warning } from './finding.ts';
import type { KnownDefinition, LintContext } from './lint-context.ts';
import { needIn } from './lint-references.ts';
import { daysOf } from './worst-calendar.ts';

/** The times of steps are lengths; where seats have their own, something counts them, and the step gives as much. */
export const planLimitFindings = ({ document, definitions }: LintContext): Finding[] => {
  const findings: Finding[] = [];
  const need = needIn(findings);
  for (const [state, { seatClock }] of Object.entries(document.signing ?? {})) {
    const pointer = `/signing${pointerStep(state)}/seatClock`;
    const named = seatClock === undefined ? [] : [{ name: seatClock, pointer }];
    need(named, Object.keys(document.deadlines ?? {}), 'DEADLINE_UNKNOWN', 'deadline');
  }
  for (const [name, approval] of Object.entries(document.approvals ?? {})) {
    const { definition = 'approval', plan } = approval as ApprovalDefinition;
    const known = definitions?.[definition];
    for (const [n, step] of plan.steps.entries()) {
      const at = `/approvals${pointerStep(name)}/plan/steps/${n}`;
      findings.push(
        ...stepFindings(step, at),
        ...countFindings(step, at, definition, known),
        ...longerFindings(step, at, known?.seatClock),
      );
    }
  }
  return findings;
};

type Step = ApprovalDefinition['plan']['steps'][number];

const stepFindings = ({ limit }: Step, at: string): Finding[] =>
  limit === undefined || parseDuration(limit) !== undefined
    ? []
    : [
        failing(
          `${at}/limit`,
          'LENGTH_INVALID',
          `"${limit}" is no ISO 8601 length.`,
          'Write a length such as PT8H.',
        ),
      ];

const countFindings = (
  { signers }: Step,
  at: string,
  definition: string,
  known: KnownDefinition | undefined,
): Finding[] =>
  signers.flatMap(({ limit }, n) => {
    if (limit === undefined || known === undefined || parseDuration(limit) === undefined) {
      return [];
    }
    const pointer = `${at}/signers/${n}/limit`;
    if (known.seatClock === undefined) {
      const message = `Cases of "${definition}" count no time of a single seat.`;
      const fix = `Leave it out, or have "${definition}" name a deadline as "seatClock" of its "signing".`;
      return [failing(pointer, 'SEAT_CLOCK_MISSING', message, fix)];
    }
    const problem = clockRuleProblem({ limit, count: known.seatClock.count, warnAt: [] });
    const fix = `Write it as "${definition}" counts: ${known.seatClock.count}.`;
    return problem === undefined ? [] : [failing(pointer, 'LENGTH_INVALID', `${problem}.`, fix)];
  });

/** A step that is over before its seats are, one after the other in a sequence, gives them less than they are told. */
const longerFindings = (
  { rule, signers, limit: own }: Step,
  at: string,
  seatClock: KnownDefinition['seatClock'],
): Finding[] => {
  const stepLimit = own ?? seatClock?.limit;
  const findings: Finding[] = [];
  let taken = 'PT0S';
  for (const [n, { limit }] of signers.entries()) {
    if (limit !== undefined && stepLimit !== undefined) {
      taken = rule === 'sequence' ? sumOf(taken, limit) : limit;
      // Without the definition that counts, hours may be those of work: then no days are taken for so many of them.
      if (isLonger(taken, stepLimit, seatClock?.count ?? 'business-hours')) {
        findings.push(
          warning(
            `${at}/signers/${n}/limit`,
            'SEAT_LIMIT_LONGER',
            `The step has ${stepLimit}, and with this seat ${taken} are given.`,
            'Give the step as long as its seats, or the seat less.',
          ),
        );
      }
    }
  }
  return findings;
};

const sumOf = (left: string, right: string): string => {
  const nothing = { months: 0, days: 0, ms: 0 };
  const [a = nothing, b = nothing] = [left, right].map(parseDuration);
  return formatDuration({ months: a.months + b.months, days: a.days + b.days, ms: a.ms + b.ms });
};

const isLonger = (left: string, right: string, count: DeadlineDefinition['count']): boolean => {
  const [a, b] = [left, right].map((limit) => daysOf(limit, count));
  return a !== undefined && b !== undefined && a.shortest > b.shortest && a.longest > b.longest;
};
