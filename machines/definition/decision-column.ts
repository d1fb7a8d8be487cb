import { type JsonSchema, resolveRef } from '../kernel/json-schema.ts';
import { own } from '../kernel/own.ts';
import type { ExpressionNames } from './expression-names.ts';
import { isScalar, literalCell, type Scalar } from './literal-cell.ts';

/** The cells of one input, as far as they are made of literals: what passes each can then be told for certain. */
export interface Column {
  /** Values that stand for all there are: no cell tells two values between them apart. */
  points: Scalar[];
  /** Whether the values are those of a declared field, rather than of a computation nothing is known of. */
  declared: boolean;
  /** For each rule the points that pass; undefined where the cell is more than literals. */
  passing: (ReadonlySet<Scalar> | undefined)[];
}

/** Literals of one column beyond which nothing more is told about it. */
const literalsMax = 200;

/** References that lead from one to the next at most. */
const refsMax = 32;

/**
 * The schema of the field that a path names; undefined where a list, a choice of schemas or a key that is not declared
 * lies on the way, so that more than one value or any may come of it.
 */
export const declaredField = (
  [variable = '', ...steps]: string[],
  { variables, root }: ExpressionNames,
): JsonSchema | undefined => {
  let at = own(variables as { [name: string]: JsonSchema }, variable);
  for (const step of [...steps, undefined]) {
    for (let depth = 0; at?.$ref !== undefined && depth < refsMax; depth++) {
      at = resolveRef(at.$ref, root);
    }
    if (step !== undefined) {
      at = own(at?.properties, step);
    }
  }
  return at;
};

/**
 * Lays out a column for comparison. Undefined where it names too many literals.
 *
 * @param field what the input may be, where it is a declared field of the case
 */
export const readColumn = (cells: (string | null)[], field: JsonSchema | undefined): Column | undefined => {
  const read = cells.map(literalCell);
  const literals = [...new Set(read.flatMap((cell) => cell?.literals ?? []))];
  if (literals.length > literalsMax) {
    return undefined;
  }
  const known = field && declaredPoints(field, literals);
  const points = [...new Set([...(known ?? anyPoints(literals)), null])];
  return {
    points,
    declared: known !== undefined,
    passing: read.map((cell) => cell && new Set(points.filter(cell.passes))),
  };
};

/** Points of a field that says which values it may hold, or of which simple types; undefined for any other. */
const declaredPoints = (field: JsonSchema, literals: Scalar[]): Scalar[] | undefined => {
  const given = field.enum ?? ('const' in field ? [field.const] : undefined);
  if (given !== undefined) {
    return given.every(isScalar) ? given : undefined;
  }
  const points = [field.type ?? 'object'].flat().map((type): Scalar[] | undefined => {
    switch (type) {
      case 'boolean':
        return [true, false];
      case 'string':
        return textPoints(literals);
      case 'number':
      case 'integer':
        return numberPoints(literals, type === 'integer').filter((point) => isWithin(point, field));
      case 'null':
        return [];
      default:
        return undefined;
    }
  });
  return points.some((some) => some === undefined) ? undefined : points.flatMap((some) => some ?? []);
};

const anyPoints = (literals: Scalar[]): Scalar[] => [
  ...textPoints(literals),
  ...numberPoints(literals, false),
  true,
  false,
];

const isWithin = (value: number, { minimum, maximum }: JsonSchema): boolean =>
  (minimum === undefined || value >= minimum) && (maximum === undefined || value <= maximum);

/** The texts that cells name, and one that none does. */
const textPoints = (literals: Scalar[]): string[] => {
  const texts = literals.filter((one) => typeof one === 'string');
  return [...texts, `any other text${'.'.repeat(texts.length)}`];
};

/** The numbers that cells name, one between each two, and one beyond each end. */
const numberPoints = (literals: Scalar[], whole: boolean): number[] => {
  const named = literals.filter((one) => typeof one === 'number').sort((a, b) => a - b);
  const first = named[0] ?? 0;
  const last = named.at(-1) ?? 0;
  const between = named.slice(1).map((high, index) => ((named[index] ?? high) + high) / 2);
  const near = named.flatMap((one) => [
    Math.floor(one) - 1,
    Math.floor(one),
    Math.ceil(one),
    Math.ceil(one) + 1,
  ]);
  const points = [...named, ...between, ...near, first - 1, last + 1];
  return [...new Set(whole ? points.filter(Number.isSafeInteger) : points)];
};
