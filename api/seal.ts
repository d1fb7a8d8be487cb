import { SubjectErased } from '../db/vault/data-key.ts';
import type { Vault } from '../db/vault/open-vault.ts';
import { type PersonalValue, type Sealing, sealValues } from '../db/vault/seal-values.ts';
import type { Json, JsonObject, Sealed } from '../machines/kernel/json.ts';
import { type JsonSchema, validate } from '../machines/kernel/json-schema.ts';
import { personalFields, replaceAt } from './personal-fields.ts';
import { Refused } from './problem.ts';

/** What a command brings, as it was sent. */
export interface Clear {
  data?: { schema: JsonSchema | undefined; root: JsonSchema; value: JsonObject | undefined } | undefined;
  /** Free texts by what they are: `reason`, `comment`, `document-name`. */
  texts?: { [field: string]: string | undefined };
}

/** The same with every personal value and free text replaced by what stands for it. */
export interface SealedInput {
  data: JsonObject | undefined;
  texts: { [field: string]: Sealed };
}

/** Longer texts are stories, not names or numbers that somebody would search for. */
const searchableCharsMax = 100;

const personalValuesMax = 400;

/** The person whom a case's personal values are about; their key is destroyed to erase them. */
export const subjectOf = (caseId: string): string => `case:${caseId}`;

/** What stands in a command while it is only judged: of the same size as what the vault gives. */
const placeholder: Sealed = { ref: `pv_${'0'.repeat(32)}`, commitment: '0'.repeat(64) };

/** A command's input with its personal values found but not yet taken into the vault. */
export interface SealPlan {
  /** The input as the kernel would see it, to judge it by. */
  judged: SealedInput;
  /** Takes the values into the vault. The same values for the same command are kept once. */
  seal: (vault: Vault, sealing: Omit<Sealing, 'subject'>, untilMs: number) => Promise<SealedInput>;
}

/**
 * Finds the personal values and free texts of an input.
 *
 * @throws Refused `DATA_INVALID` for data that do not match their schema
 */
export const planSeal = ({ data, texts = {} }: Clear): SealPlan => {
  const fields = data === undefined ? [] : personalIn(data);
  const given = Object.entries(texts).filter((text): text is [string, string] => text[1] !== undefined);
  const values: PersonalValue[] = [
    ...fields.map(({ pointer, value, restricted }) => ({
      field: pointer,
      value,
      searchable: !restricted && typeof value === 'string' && value.length <= searchableCharsMax,
    })),
    ...given.map(([field, value]) => ({ field, value })),
  ];
  if (values.length > personalValuesMax) {
    throw new Refused('DATA_INVALID', `One command brings at most ${personalValuesMax} personal values.`);
  }
  const fill = (sealed: Sealed[]): SealedInput => {
    const replacements = new Map(
      fields.map(({ pointer }, index) => [pointer, { ...sealed[index] } as unknown as Json] as const),
    );
    return {
      data: data?.value && (replaceAt(data.value, replacements) as JsonObject),
      texts: Object.fromEntries(
        given.map(([field], index) => [field, sealed[fields.length + index] as Sealed]),
      ),
    };
  };
  return {
    judged: fill(values.map(() => placeholder)),
    seal: async (vault, sealing, untilMs) =>
      fill(values.length === 0 ? [] : await sealInVault(vault, sealing, values, untilMs)),
  };
};

const personalIn = ({ schema, root, value }: NonNullable<Clear['data']>) => {
  if (schema === undefined) {
    if (value !== undefined && Object.keys(value).length > 0) {
      throw new Refused('DATA_INVALID', 'No data are asked for here.', {
        errors: [{ pointer: '/data', message: 'must be left out' }],
      });
    }
    return [];
  }
  const errors = validate(schema, value ?? {}, root, { personal: 'clear' });
  if (errors.length > 0) {
    throw new Refused('DATA_INVALID', 'The data do not match their form.', {
      errors: errors.map(({ pointer, message }) => ({ pointer: `/data${pointer}`, message })),
    });
  }
  return personalFields(schema, value ?? {}, root);
};

const sealInVault = async (
  vault: Vault,
  sealing: Omit<Sealing, 'subject'>,
  values: PersonalValue[],
  untilMs: number,
): Promise<Sealed[]> => {
  try {
    return await sealValues(vault, { ...sealing, subject: subjectOf(sealing.caseId) }, values, { untilMs });
  } catch (error) {
    if (error instanceof SubjectErased) {
      throw new Refused(
        'DATA_INVALID',
        'The personal values of this case were erased; it takes no new ones.',
      );
    }
    throw error;
  }
};
