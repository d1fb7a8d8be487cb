import type { CompileInput } from '../compile.ts';
import { own } from '../own.ts';
import type { CaseState, PolicyRef } from '../state.ts';
import { rememberedVerbs } from './optional-acts.ts';
import first from './policy-1.0.0.json' with { type: 'json' };

/** How near somebody must be to a case: its owner, one of its assignees, their team or department; or not at all. */
export type Scope = 'own' | 'assigned' | 'team' | 'department' | 'all';

/** One row of the table. */
export interface Act {
  title: { zh: string; en: string };
  /** Role → how near to the case its holder must be. Who is not named may not. */
  by: { [role: string]: Scope };
  /** False: by one's own office only. Default: a lent right does as well. */
  lent?: boolean;
  /** Definition → its events that are this act; none: it is a verb of the engine's own. */
  events?: { [definition: string]: string[] };
  /** The amount must lie within the person's authority. */
  within?: 'authority';
  /** Acts that the same people must not have done in the case. */
  apartFrom?: string[];
  /** The case's owner must not do it. */
  notOwner?: boolean;
}

/** Who may do what, as data, checked against `policy.v1.json`. A version never changes. */
export interface Policy {
  id: string;
  version: string;
  title: { zh: string; en: string };
  acts: { [name: string]: Act };
}

/**
 * The shipped policy that runs of a kernel follow: what was once allowed is allowed again when a run is replayed, so
 * another one comes with another kernel.
 */
const byKernel: { readonly [kernel: number]: Policy } = { 1: first as Policy };

/** Every table that has ever been shipped: a case may follow any of them. */
export const shippedPolicies: readonly Policy[] = Object.values(byKernel);

/** The shipped one, which new runs and the API follow where a company has none of its own. */
export const currentPolicy: Policy = first as Policy;

/** What decides in a case: the table that it was opened with or has adopted since, else the shipped one of its kernel. */
export const policyOf = (
  { input }: { input: Pick<CompileInput, 'policy'> },
  { kernel }: Pick<CaseState, 'kernel'>,
): Policy => input.policy ?? byKernel[kernel] ?? currentPolicy;

/**
 * How entries name the table that decided. A company may call its own as it likes, so its name holds the hash too; a
 * shipped version is told by its number.
 */
export const policyName = (policy: Policy, own: PolicyRef | undefined): string =>
  own === undefined ? policy.version : ownPolicyName(own);

export const ownPolicyName = ({ id, version, hash }: PolicyRef): string => `${id}@${version}#${hash}`;

/** The act that an event of a definition is, where the table has it. */
export const actOfEvent = (policy: Policy, definition: string, event: string): string | undefined => {
  const known = eventIndex.get(policy) ?? indexOf(policy);
  return known.get(`${definition}:${event}`);
};

const eventIndex = new WeakMap<Policy, Map<string, string>>();

const indexOf = (policy: Policy): Map<string, string> => {
  const index = new Map(
    Object.entries(policy.acts).flatMap(([name, { events = {} }]) =>
      Object.entries(events).flatMap(([definition, types]) =>
        types.map((type) => [`${definition}:${type}`, name] as const),
      ),
    ),
  );
  eventIndex.set(policy, index);
  return index;
};

/** Events of a definition that are one of these acts. */
export const eventsOfActs = (policy: Policy, definition: string, acts: readonly string[]): string[] =>
  acts.flatMap((name) => policy.acts[name]?.events?.[definition] ?? []);

/** Under what a case remembers who did one of these acts. */
export const rememberedAs = (policy: Policy, definition: string, acts: readonly string[]): string[] => [
  ...eventsOfActs(policy, definition, acts),
  ...acts.flatMap((name) => own<string>(rememberedVerbs, name) ?? []),
];
