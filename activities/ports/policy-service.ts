import { z } from 'zod';
import { isCivilDate } from '../../machines/kernel/civil-date.ts';
import type { Json, Money } from '../../machines/kernel/json.ts';
import type { Coverage, PolicyPort, PolicyTerms } from './policy.ts';
import { PortFailure } from './port-failure.ts';

const asked = z.object({ policyNumber: z.string().min(1).max(60), lossOn: z.string().refine(isCivilDate) });

/** What the service tells a case: nothing personal, since it enters the case's trail. */
type PolicyAnswer =
  | { found: false }
  | {
      found: true;
      inForce: boolean;
      /** `sha256:` and the hash of `terms`. */
      snapshot: string;
      /** The highest limit and the lowest deductible of what covers the loss date; null where nothing does. */
      limit: Money | null;
      deductible: Money | null;
      /** The coverages with their own limits and deductibles, by which each exposure is judged. */
      terms: PolicyTerms;
    };

/**
 * The service `policy.snapshot` {policyNumber, lossOn}: the policy as of the loss date, for a case. The personal
 * values of the snapshot stay behind; who opens the case brings those it needs through the vault.
 * @throws PortFailure
 */
export const createPolicySnapshotService =
  (policies: PolicyPort) =>
  async ({ input }: { input: Json }): Promise<Json> => {
    const read = asked.safeParse(input);
    if (!read.success) {
      throw new PortFailure(
        { port: 'policy', operation: 'snapshot' },
        'PORT_INPUT_INVALID',
        'a policy number and a loss date are needed',
      );
    }
    const snapshot = await policies.snapshot(read.data.policyNumber, read.data.lossOn);
    if (!snapshot) return { found: false } satisfies PolicyAnswer;
    const { terms, hash } = snapshot;
    const answer: PolicyAnswer = {
      found: true,
      inForce: terms.standing === 'in-force',
      snapshot: `sha256:${hash}`,
      limit: outermost(terms.coverages, ({ limit }) => limit, 1),
      deductible: outermost(terms.coverages, ({ deductible }) => deductible, -1),
      terms,
    };
    return JSON.parse(JSON.stringify(answer)) as Json;
  };

/** The highest (1) or lowest (-1) of an amount, in the first coverage's currency. */
const outermost = (
  coverages: readonly Coverage[],
  of: (item: Coverage) => Money,
  sign: 1 | -1,
): Money | null => {
  const [first, ...others] = coverages.map(of);
  return first === undefined
    ? null
    : others
        .filter(({ currency }) => currency === first.currency)
        .reduce((best, money) => (sign * (money.amount - best.amount) > 0 ? money : best), first);
};
