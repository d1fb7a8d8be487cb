import type { Role, Title } from '../definition.ts';
import { parseDuration } from '../duration.ts';
import type { Money } from '../json.ts';

/**
 * How several people decide one thing: steps one after the other, each with its signers. Data only; a plan that
 * `planFaults` finds nothing in can always come to an end.
 */
export interface ApprovalPlan {
  steps: ApprovalStep[];
  /** Who decides up to which amount, the lowest first: where a signer who must have authority is looked for. */
  ladder?: Rung[];
  /** Above these amounts, one for each currency, whoever acts on a seat must have proved a second factor. */
  secondFactorAbove?: Money[];
}

export interface Rung {
  role: Role;
  department?: string;
  /** The highest amounts the rung decides, one for each currency; absent: any amount. */
  upTo?: Money[];
}

export interface ApprovalStep {
  /** Known within the plan and named by `return`. */
  id: string;
  title?: Title;
  /**
   * 依次 `sequence`: all, in their order · 会签 `all`: all, in any order · 或签 `any`: who decides first ·
   * 票签 `{quorum}`: so many of them.
   */
  rule: 'sequence' | 'all' | 'any' | { quorum: number };
  signers: Signer[];
  /** Where a rejection leads: it ends the approval (default), goes back to the proposer, or to an earlier step. */
  onReject?: 'end' | 'proposer' | { step: string };
  /** How long its people have, where not as long as the definition's own deadline for steps says; ISO 8601. */
  limit?: string;
}

/** Who may take one seat of a step. */
export interface Signer {
  /** Absent where `byAuthority` finds it on the ladder. */
  role?: Role;
  department?: string;
  /** Only this person. */
  personId?: string;
  /** The signer's own limit must cover the amount; without a role, the ladder's first rung that may decide it. */
  byAuthority?: boolean;
  /**
   * How long whoever has this seat has from the moment it opens, where its definition counts seats; ISO 8601. The step's
   * own time runs beside it.
   */
  limit?: string;
}

export interface PlanFault {
  /** JSON pointer into the plan. */
  pointer: string;
  message: string;
  /** What to do about it, where other people would not help. */
  fix?: string;
}

const stepsMax = 20;
const signersMax = 30;

/** What is wrong with a plan; nothing: it can be run, and every run of it can end. */
export const planFaults = ({ steps, ladder = [], secondFactorAbove = [] }: ApprovalPlan): PlanFault[] => {
  const found: PlanFault[] = [];
  const fault = (pointer: string, message: string, fix?: string): void => {
    found.push({ pointer, message, ...(fix === undefined ? {} : { fix }) });
  };
  if (steps.length === 0 || steps.length > stepsMax) {
    fault('/steps', `A plan has 1 to ${stepsMax} steps.`);
  }
  for (const [n, { currency }] of secondFactorAbove.entries()) {
    if (secondFactorAbove.findIndex((each) => each.currency === currency) !== n) {
      fault(`/secondFactorAbove/${n}`, `There is an amount in ${currency} already.`);
    }
  }
  for (const [index, { id, rule, signers, onReject = 'end' }] of steps.entries()) {
    const at = `/steps/${index}`;
    const earlier = steps.slice(0, index).map((step) => step.id);
    if (earlier.includes(id)) {
      fault(`${at}/id`, `Another step is called "${id}" already.`);
    }
    if (signers.length === 0 || signers.length > signersMax) {
      fault(`${at}/signers`, `A step has 1 to ${signersMax} signers.`);
    }
    if (typeof rule === 'object' && !(Number.isInteger(rule.quorum) && rule.quorum >= 1)) {
      fault(`${at}/rule/quorum`, 'A quorum is a whole number, at least 1.');
    }
    if (typeof rule === 'object' && rule.quorum > signers.length) {
      fault(`${at}/rule/quorum`, `${signers.length} signers can never be ${rule.quorum}.`);
    }
    if (typeof onReject === 'object' && !earlier.includes(onReject.step)) {
      fault(`${at}/onReject/step`, `"${onReject.step}" is no earlier step.`);
    }
    for (const [n, { role, personId, byAuthority, limit }] of signers.entries()) {
      if (role === undefined && personId === undefined && !(byAuthority && ladder.length > 0)) {
        fault(`${at}/signers/${n}`, 'Name a role or a person, or have the ladder find one by authority.');
      }
      if (personId !== undefined && isNamedBefore(steps, index, n, personId)) {
        fault(`${at}/signers/${n}/personId`, `"${personId}" has a seat already, and nobody signs twice.`);
      }
      if (limit !== undefined && !isSomeTime(limit)) {
        const fix = 'Write a length such as PT8H, or leave it out.';
        fault(`${at}/signers/${n}/limit`, `"${limit}" is no ISO 8601 length above zero.`, fix);
      }
    }
  }
  return found;
};

const isSomeTime = (limit: string): boolean => {
  const { months = 0, days = 0, ms = 0 } = parseDuration(limit) ?? {};
  return months + days + ms > 0;
};

const isNamedBefore = (steps: ApprovalStep[], step: number, n: number, personId: string): boolean =>
  steps
    .slice(0, step + 1)
    .some(({ signers }, index) =>
      signers.slice(0, index === step ? n : undefined).some((signer) => signer.personId === personId),
    );
