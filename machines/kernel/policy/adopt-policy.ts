import { refuse } from '../apply-event.ts';
import type { AdoptPolicyCommand, Command } from '../command.ts';
import type { Compiled } from '../compile.ts';
import { hasOwnRole } from '../policy.ts';
import type { Refusal } from '../refusal.ts';
import type { Cause, Run } from '../run.ts';
import type { PolicyRef } from '../state.ts';
import { policyRef } from './policy-ref.ts';
import { type Policy, policyOf } from './table.ts';

/** Who replaces the company's table moves cases to it: by their role, so that no table keeps them from it. */
const movers = ['admin', 'compliance'];

/** The same definition under another table; null: the shipped one of the case's kernel. */
export const withPolicy = (compiled: Compiled, policy: Policy | null): Compiled => {
  const { policyRef: _, ...rest } = compiled;
  const { policy: __, ...input } = compiled.input;
  return policy === null
    ? { ...rest, input }
    : { ...rest, input: { ...input, policy }, policyRef: policyRef(policy) };
};

/** What a case goes on with once it has taken the command. */
export const compiledAfter = (compiled: Compiled, command: Command): Compiled =>
  command.type === 'adopt-policy' ? withPolicy(compiled, command.policy) : compiled;

/**
 * Puts the case under another table, from the next command on: what has fallen due by now was still under the one
 * before. The entry names both by their hashes.
 */
export const adoptPolicy = (run: Run, command: AdoptPolicyCommand, cause: Cause): Refusal | undefined => {
  const { facts, policy, reason } = command;
  if (!hasOwnRole(run.policy, facts, movers)) {
    return refuse(run, facts, 'ROLE_REQUIRED', `Only ${movers.join(' and ')} move cases to another table.`);
  }
  if (reason === undefined) {
    return refuse(run, facts, 'REASON_REQUIRED', 'Say why.');
  }
  const compiled = withPolicy(run.compiled, policy);
  const { policy: from, ...rest } = run.state;
  const to = compiled.policyRef;
  if (from?.hash === to?.hash) {
    return refuse(run, facts, 'POLICY_UNCHANGED', 'The case follows this table already.');
  }
  const nextPolicy = policyOf(compiled, rest);
  cause.byPolicy = true;
  cause.data = {
    from: fields(from ?? policyRef(run.policy)),
    to: fields(to ?? policyRef(nextPolicy)),
    reason: { ...reason },
  };
  run.compiled = compiled;
  run.policy = nextPolicy;
  run.state = to === undefined ? rest : { ...rest, policy: to };
  return undefined;
};

const fields = ({ id, version, hash }: PolicyRef) => ({ id, version, hash });
