import { canonicalJson } from './canonical-json.ts';
import type { Facts } from './command.ts';
import type { ApprovalDefinition, SigningDefinition } from './definition.ts';
import { type ExpressionLanguages, type ExpressionScope, evaluate, holds } from './expression.ts';
import type { Json, JsonObject } from './json.ts';
import { excludedIds } from './policy/exclusion.ts';
import { performer } from './run.ts';
import { sha256Hex } from './sha256.ts';
import type { CaseState } from './state.ts';
import { computeValue } from './value.ts';

/** The relation between a case and the approvals that it asks for, the same from both sides. */
export const approvalRel = 'approval';

/** What an approval's case sends to the case that asked for it. */
export const approvalAnswered = 'approval.answered';

/** What a case sends to an approval that it needs no more. */
export const approvalCancelled = 'cancel';

/** What a case sends to an approval under way when it takes somebody out of the matter. */
export const approvalBarred = 'approval.barred';

/** What people are to sign, as the case stands: to be shown to them. */
export const approvalSubject = (
  { subject }: ApprovalDefinition,
  scope: ExpressionScope,
  languages: ExpressionLanguages,
): Json => computeValue(subject, scope, languages);

/** What an `invoke` of an approval brings: its plan with the conditions judged, and what it is about. */
export const approvalInput = (
  { plan, subject, amount, barred }: ApprovalDefinition,
  scope: ExpressionScope,
  languages: ExpressionLanguages,
): JsonObject => {
  const steps = plan.steps
    .filter(({ when }) => when === undefined || holds(when, scope, languages))
    .map(({ when: _, title: __, ...step }) => step);
  const value = computeValue(subject, scope, languages);
  return {
    plan: { ...plan, steps } as unknown as Json,
    subjectHash: sha256Hex(canonicalJson(value)),
    amount: amount === undefined ? null : evaluate(amount, scope, languages),
    barred: barred === undefined ? [] : evaluate(barred, scope, languages),
  };
};

/** What a state of an approval's own case has people decide, as its definition reads it from the case. */
export const signingInput = (
  { plan, subjectHash, amount, proposer, barred }: SigningDefinition,
  scope: ExpressionScope,
  languages: ExpressionLanguages,
): JsonObject => ({
  plan: evaluate(plan, scope, languages),
  subjectHash: evaluate(subjectHash, scope, languages),
  amount: evaluate(amount, scope, languages),
  proposer: evaluate(proposer, scope, languages),
  barred: evaluate(barred, scope, languages),
});

/** Who asks: whoever brought the case into the state, with the same human being's other accounts. */
export const proposerOf = (facts: Facts): JsonObject => {
  const { id, sameAs } = performer(facts) as Facts['actor'];
  return { id, ...(sameAs === undefined ? {} : { sameAs }) };
};

/** The id of the case that an effect opens: the same wherever it is computed. */
export const childCaseId = (tenant: string, effectId: string): string =>
  sha256Hex(JSON.stringify(['child', tenant, effectId])).slice(0, 32);

/** The request with all who have no part in the case that asks: they have none in its approval. */
export const withExcluded = (state: Pick<CaseState, 'excluded'>, request: JsonObject): JsonObject =>
  state.excluded === undefined
    ? request
    : { ...request, barred: [...new Set([...(request.barred as string[]), ...excludedIds(state)])] };
