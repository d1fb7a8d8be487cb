import type { Connection } from '@temporalio/client';
import { CommandError } from '../command-error.ts';

/** Temporal's numbers for the types of search attributes (temporal.api.enums.v1.IndexedValueType). */
const typeNumbers: Readonly<Record<string, number>> = {
  Text: 1,
  Keyword: 2,
  Int: 3,
  Double: 4,
  Bool: 5,
  Datetime: 6,
  KeywordList: 7,
};

/** The namespace lacks search attributes and they could not be created, or one has another type. */
export class SearchAttributeError extends CommandError {
  override name = 'SearchAttributeError';
}

/**
 * Creates the search attributes that `namespace` lacks; doing it again changes nothing.
 *
 * @param wanted type by name
 * @returns the names it created
 * @throws SearchAttributeError with the commands an operator runs when the server does not let us
 */
export async function ensureSearchAttributes(
  connection: Connection,
  namespace: string,
  wanted: Readonly<Record<string, string>>,
): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const there = customAttributes ?? {};

  const wrong = Object.entries(wanted).filter(
    ([name, type]) => there[name] !== undefined && there[name] !== typeNumbers[type],
  );
  if (wrong.length > 0) {
    const names = wrong.map(([name, type]) => `${name} (must be ${type})`).join(', ');
    throw new SearchAttributeError(
      `Namespace "${namespace}" has search attributes of another type: ${names}. Remove them there ` +
        '(temporal operator search-attribute remove) or use another namespace in temporal.yaml.',
    );
  }

  const missing = Object.entries(wanted).filter(([name]) => there[name] === undefined);
  if (missing.length === 0) {
    return [];
  }
  try {
    await addSearchAttributes(connection, namespace, Object.fromEntries(missing));
  } catch (error) {
    // Another process may have created them in between; only what is still missing is a failure.
    const now = (await connection.operatorService.listSearchAttributes({ namespace })).customAttributes ?? {};
    if (missing.some(([name]) => now[name] === undefined)) {
      throw new SearchAttributeError(cannotCreate(namespace, missing, error));
    }
  }
  return missing.map(([name]) => name);
}

/** Creates search attributes without looking at what is there (the time-skipping server cannot list them). */
export async function addSearchAttributes(
  connection: Connection,
  namespace: string,
  types: Readonly<Record<string, string>>,
): Promise<void> {
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(
      Object.entries(types).map(([name, type]) => [name, typeNumbers[type] ?? 0]),
    ),
  });
}

function cannotCreate(
  namespace: string,
  missing: readonly (readonly [string, string])[],
  error: unknown,
): string {
  const commands = missing.map(
    ([name, type]) =>
      `  temporal operator search-attribute create --namespace ${namespace} --name ${name} --type ${type}`,
  );
  const reason = error instanceof Error ? error.message : String(error);
  return [
    `Search attributes are missing in namespace "${namespace}" and could not be created (${reason}). Create them:`,
    ...commands,
  ].join('\n');
}
