import type { DecisionDefinition } from '../kernel/definition.ts';
import type { JsonSchema } from '../kernel/json-schema.ts';
import { personalPaths } from '../kernel/json-schema-personal.ts';
import { type Finding, failing, warning } from './finding.ts';

/** A table has as many cells as columns, outputs of different names, and an order where its hit policy asks for one. */
export const shapeFindings = (table: DecisionDefinition, root: JsonSchema, pointer: string): Finding[] => {
  const findings: Finding[] = [];
  const { inputs, outputs, rules, hitPolicy } = table;
  const count = (given: unknown[], wanted: unknown[], at: string, what: string) => {
    if (given.length !== wanted.length) {
      const message = `There are ${given.length} cells for ${wanted.length} ${what}.`;
      findings.push(failing(at, 'DECISION_CELL_COUNT', message, `Write one cell for each of the ${what}.`));
    }
  };
  for (const [at, { when, gives }] of rules.entries()) {
    count(when, inputs, `${pointer}/rules/${at}/when`, 'inputs');
    count(gives, outputs, `${pointer}/rules/${at}/gives`, 'outputs');
  }
  if (table.default !== undefined) {
    count(table.default, outputs, `${pointer}/default`, 'outputs');
  }
  for (const [at, { name, schema, priority }] of outputs.entries()) {
    const place = `${pointer}/outputs/${at}`;
    if (outputs.findIndex((other) => other.name === name) < at) {
      const message = `Another output is called "${name}" too.`;
      findings.push(failing(`${place}/name`, 'DECISION_OUTPUT_DUPLICATE', message, 'Choose another name.'));
    }
    if (personalPaths(schema as JsonSchema, root).length > 0) {
      const message = 'A table never makes a personal value.';
      findings.push(failing(`${place}/schema`, 'DECISION_PERSONAL', message, 'Leave the field out.'));
    }
    if (priority !== undefined && hitPolicy !== 'P') {
      const message = `An order of values means nothing under "${hitPolicy}".`;
      findings.push(
        warning(`${place}/priority`, 'DECISION_PRIORITY_UNUSED', message, 'Remove it, or use "P".'),
      );
    }
  }
  if (hitPolicy === 'P' && outputs.every(({ priority }) => priority === undefined)) {
    const message = 'Nothing says which output goes first.';
    const fix = 'Give an output its "priority": its values, the highest first.';
    findings.push(failing(`${pointer}/outputs`, 'DECISION_WITHOUT_PRIORITY', message, fix));
  }
  return findings;
};
