import type { z } from 'zod';
import { pointerStep } from '../kernel/canonical-json.ts';
import { type Finding, failing } from './finding.ts';

type Issue = z.core.$ZodIssue;

/** Turns what the schema refused into findings; of a choice, the branch that came furthest speaks. */
export const schemaFindings = (issues: readonly Issue[], document: unknown): Finding[] =>
  issues.flatMap((issue) => told(issue, [], document));

const told = (issue: Issue, above: readonly PropertyKey[], document: unknown): Finding[] => {
  const path = [...above, ...issue.path];
  const pointer = pointerOf(path);
  switch (issue.code) {
    case 'invalid_union': {
      const branches = issue.errors.filter((branch) => branch.length > 0);
      const closest = branches.sort((a, b) => remoteness(a) - remoteness(b))[0];
      return closest === undefined
        ? [invalid(path, issue.message, document)]
        : closest.flatMap((inner) => told(inner, path, document));
    }
    case 'unrecognized_keys':
      return issue.keys.map((key) =>
        failing(pointer + pointerStep(key), 'FIELD_UNKNOWN', `"${key}" is not a field here.`, 'Remove it.'),
      );
    case 'invalid_key':
      return [
        failing(
          pointer,
          'NAME_INVALID',
          `This is no name here; it must be ${issue.issues[0]?.message ?? 'shorter'}.`,
          'Choose another name.',
        ),
      ];
    case 'invalid_element':
      return issue.issues.flatMap((inner) => told(inner as Issue, path, document));
    default:
      return [invalid(path, issue.message, document)];
  }
};

const invalid = (path: readonly PropertyKey[], message: string, document: unknown): Finding => {
  const last = String(path.at(-1));
  const pointer = pointerOf(path);
  const missing = valueAt(document, path) === undefined;
  if (missing && last === 'onError') {
    return failing(
      pointer,
      'INVOKE_WITHOUT_ON_ERROR',
      'A service that fails would leave the case standing still.',
      'Say where a failure leads, or "incident" to park the case for an operator.',
    );
  }
  if (missing) {
    return failing(pointer, 'FIELD_MISSING', `"${last}" is missing.`, 'Add it.');
  }
  if (last === 'type' && path.some((step) => step === 'actions' || step === 'entry' || step === 'exit')) {
    const fix = 'Use assign, raise, cancel, ledger, deliver, start, tell, waive, decide or compensate.';
    return failing(pointer, 'ACTION_UNKNOWN', 'There is no action of this type.', fix);
  }
  return failing(pointer, 'FIELD_INVALID', `Not allowed here: ${message}.`, 'Correct the value.');
};

const valueAt = (document: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (at, step) =>
      typeof at === 'object' && at !== null ? (at as { [key: PropertyKey]: unknown })[step] : undefined,
    document,
  );

/** How far a branch is from fitting: a wrong type at its root is furthest, problems deep inside are nearest. */
const remoteness = (branch: readonly Issue[]): number => {
  const atRoot = branch.filter(({ path }) => path.length === 0).length;
  return atRoot * 1_000 + branch.length;
};

const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((step) => pointerStep(typeof step === 'number' ? step : String(step))).join('');
