import { planFaults } from '../kernel/approval/plan.ts';
import { pointerStep } from '../kernel/canonical-json.ts';
import type { ApprovalDefinition } from '../kernel/definition.ts';
import { checkExpression } from './expression-check.ts';
import { type Finding, failing, warning } from './finding.ts';
import type { LintContext } from './lint-context.ts';
import { schemaRoot } from './lint-data.ts';
import { expressionNamesAt } from './lint-expressions.ts';
import { planLimitFindings } from './lint-plan-limits.ts';
import { needIn } from './lint-references.ts';
import { unsignedAnswerFindings } from './lint-unsigned-answers.ts';
import { valueExpressions } from './value-expressions.ts';

const enoughPeople = 'Change the plan so that enough people can decide each step.';

/** Plans can be run to their end, name roles that are there, and what people sign depends on the case alone. */
export const approvalFindings = (context: LintContext): Finding[] => {
  const { document, index, roles, definitions } = context;
  const findings: Finding[] = [];
  const need = needIn(findings);
  const invoked = new Set(index.invokes.map(({ invoke }) => invoke.src));
  for (const [name, approval] of Object.entries(document.approvals ?? {})) {
    const at = `/approvals${pointerStep(name)}`;
    for (const { pointer, message, fix = enoughPeople } of planFaults(
      approval.plan as ApprovalDefinition['plan'],
    )) {
      findings.push(failing(`${at}/plan${pointer}`, 'PLAN_INVALID', message, fix));
    }
    if (Object.hasOwn(document.services ?? {}, name)) {
      const fix = 'An invoke names either; give one of them another name.';
      findings.push(failing(at, 'NAME_TAKEN', `"${name}" is a service already.`, fix));
    }
    if (!invoked.has(name)) {
      const fix = 'Invoke it in a state, or remove it.';
      findings.push(warning(at, 'APPROVAL_UNUSED', `No state asks for the approval "${name}".`, fix));
    }
    const { objections } = approval.card ?? {};
    if (definitions !== undefined && objections !== undefined) {
      const known = Object.values(definitions).flatMap(({ events }) => Object.keys(events));
      const pointer = `${at}/card/objections/event`;
      need([{ name: objections.event, pointer }], known, 'EVENT_UNKNOWN', 'event');
    }
    need(rolesOf(approval as ApprovalDefinition, `${at}/plan`), roles, 'ROLE_UNKNOWN', 'role');
    findings.push(...expressionFindingsOf(context, approval as ApprovalDefinition, at));
  }
  for (const [name, { approval }] of Object.entries(document.services ?? {})) {
    const pointer = `/services${pointerStep(name)}/approval`;
    need(
      approval === undefined ? [] : [{ name: approval, pointer }],
      Object.keys(document.approvals ?? {}),
      'APPROVAL_UNKNOWN',
      'approval',
    );
  }
  for (const [stateId, signing] of Object.entries(document.signing ?? {})) {
    const at = `/signing${pointerStep(stateId)}`;
    need([{ name: stateId, pointer: at }], index.byId.keys(), 'STATE_UNKNOWN', 'state');
    const names = { ...expressionNamesAt(context)('any') };
    for (const { expression, pointer } of valueExpressions(signing, at)) {
      findings.push(...judged(expression, pointer, names));
    }
    findings.push(...unhandled(context, stateId, at));
  }
  findings.push(...planLimitFindings(context), ...unsignedAnswerFindings(context));
  return findings;
};

/** How a decision can end: the machine must know what then. */
const endings = ['approved', 'rejected', 'returned', 'recalled'];

const unhandled = ({ index }: LintContext, stateId: string, pointer: string): Finding[] => {
  const patterns = index.states.flatMap(({ node }) => Object.keys(node.on ?? {}));
  return endings
    .map((ending) => `approval.${ending}`)
    .filter((event) => !patterns.some((pattern) => pattern === event || pattern === 'approval.*'))
    .map((event) =>
      failing(
        pointer,
        'ENDING_UNHANDLED',
        `No state takes "${event}", so the decision in "${stateId}" could not end so.`,
        `Say where "${event}" leads.`,
      ),
    );
};

const rolesOf = ({ plan }: ApprovalDefinition, at: string): { name: string; pointer: string }[] => [
  ...plan.steps.flatMap(({ signers }, step) =>
    signers.flatMap(({ role }, n) =>
      role === undefined ? [] : [{ name: role, pointer: `${at}/steps/${step}/signers/${n}/role` }],
    ),
  ),
  ...(plan.ladder ?? []).map(({ role }, n) => ({ name: role, pointer: `${at}/ladder/${n}/role` })),
];

// What is signed is computed anew after every step, so it may depend on nothing that comes and goes with one.
const expressionFindingsOf = (context: LintContext, approval: ApprovalDefinition, at: string): Finding[] => {
  const { event: __, actor: ___, facts: ____, ...variables } = expressionNamesAt(context)('any').variables;
  const names = { variables, root: schemaRoot(context.document) };
  const { plan, subject, amount, barred, card = {} } = approval;
  const { green, titles: _, ...shown } = card;
  return [
    ...valueExpressions(subject, `${at}/subject`),
    ...valueExpressions(amount, `${at}/amount`),
    ...valueExpressions(barred, `${at}/barred`),
    ...valueExpressions(shown, `${at}/card`),
  ]
    .flatMap(({ expression, pointer }) => judged(expression, pointer, names))
    .concat(
      (green === undefined ? [] : checkExpression(green, names, { use: 'guard' })).map(
        ({ code, message, fix }) => failing(`${at}/card/green`, `EXPRESSION_${code}`, message, fix),
      ),
      plan.steps.flatMap(({ when }, n) =>
        when === undefined
          ? []
          : checkExpression(when, names, { use: 'guard' }).map(({ code, message, fix }) =>
              failing(`${at}/plan/steps/${n}/when`, `EXPRESSION_${code}`, message, fix),
            ),
      ),
    );
};

const judged = (
  expression: Parameters<typeof checkExpression>[0],
  pointer: string,
  names: Parameters<typeof checkExpression>[1],
): Finding[] =>
  checkExpression(expression, names, { use: 'value' }).map(({ code, message, fix }) =>
    failing(pointer, `EXPRESSION_${code}`, message, fix),
  );
