import { type Finding, failing } from './finding.ts';
import { boundsFinding } from './json-bounds.ts';
import { approvalFindings } from './lint-approvals.ts';
import { assignmentExpressionFindings, assignmentFindings } from './lint-assignment.ts';
import { clockRuleFindings } from './lint-clock-rules.ts';
import { compensationFindings } from './lint-compensation.ts';
import { type LintContext, type LintSurroundings, lintContext } from './lint-context.ts';
import { scenarioFindings, schemaKeywordFindings } from './lint-data.ts';
import { deadlineFindings } from './lint-deadlines.ts';
import { decideFindings } from './lint-decide.ts';
import { decisionFindings } from './lint-decisions.ts';
import { expressionFindings } from './lint-expressions.ts';
import { loopFindings } from './lint-loops.ts';
import { structureFindings } from './lint-machine.ts';
import { migrationFindings } from './lint-migrations.ts';
import { nameFindings, roleFindings } from './lint-names.ts';
import { policyTableFindings } from './lint-policy.ts';
import { reachFindings } from './lint-reach.ts';
import { machineReferenceFindings } from './lint-references.ts';
import { reopenFindings } from './lint-reopen.ts';
import { returnFindings } from './lint-returns.ts';
import { schemaFindings } from './lint-schema.ts';
import { taskFindings } from './lint-tasks.ts';
import { RuntimePartTooLargeError, runtimePart } from './runtime-part.ts';
import { DefinitionDocument } from './schema.ts';
import { limits } from './schema-parts.ts';

export type { Finding, LintSurroundings };

/** Findings that one lint reports at most. */
const findingsMax = 500;

/**
 * Everything that can be told about a definition without running it. Takes anything, hostile documents included,
 * and never throws; the work is bounded by the limits of `schema-parts.ts`.
 *
 * Rules build on one another: of a document that is no JSON, or does not follow the schema, only that is told; a
 * machine whose targets lead nowhere is not judged for what can be reached.
 *
 * @returns errors before warnings, each with a JSON pointer; no error means that the document may be published
 */
export const lint = (document: unknown, surroundings: LintSurroundings = {}): Finding[] => {
  const bounds = boundsFinding(document);
  if (bounds) {
    return [bounds];
  }
  const parsed = DefinitionDocument.safeParse(document);
  if (!parsed.success) {
    return schemaFindings(parsed.error.issues, document).slice(0, findingsMax);
  }
  const context = lintContext(parsed.data, surroundings);
  const structure = structureFindings(context);
  const references = machineReferenceFindings(context);
  const isWhole = ![...structure, ...references].some(({ severity }) => severity === 'error');
  const schemas = schemaKeywordFindings(context);
  const all = [
    ...sizeFindings(context),
    ...nameFindings(context),
    ...roleFindings(context),
    ...policyTableFindings(context),
    ...structure,
    ...references,
    ...compensationFindings(context),
    ...approvalFindings(context),
    ...taskFindings(context),
    ...assignmentFindings(context),
    ...schemas,
    ...(schemas.length > 0
      ? []
      : [
          ...expressionFindings(context),
          ...assignmentExpressionFindings(context),
          ...decisionFindings(context),
          ...decideFindings(context),
          ...migrationFindings(context),
          ...scenarioFindings(context),
        ]),
    ...deadlineFindings(context),
    ...clockRuleFindings(context),
    ...reopenFindings(context),
    ...(isWhole ? [...reachFindings(context), ...loopFindings(context), ...returnFindings(context)] : []),
  ];
  return [...distinct(all)]
    .sort((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'))
    .slice(0, findingsMax);
};

const sizeFindings = ({ document }: LintContext): Finding[] => {
  try {
    runtimePart(document);
    return [];
  } catch (error) {
    if (!(error instanceof RuntimePartTooLargeError)) {
      throw error;
    }
    const fix = `Shorten it to ${limits.runtimePartBytesMax} bytes, or move a part into a child case.`;
    return [failing('', error.code, error.message, fix)];
  }
};

/** A profile shows a deadline of the base as it is, so the same may be found twice. */
const distinct = (findings: Finding[]): Iterable<Finding> =>
  new Map(
    findings.map((finding) => [`${finding.code} ${finding.pointer} ${finding.message}`, finding]),
  ).values();
