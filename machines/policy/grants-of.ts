import { pointerStep } from '../kernel/canonical-json.ts';
import type { OptionalAct } from '../kernel/policy/optional-acts.ts';

/** Where a definition says who may do what is no event. */
export interface Granting {
  readonly reopen?: { readonly by: readonly string[] };
  readonly deadlines?: {
    readonly [name: string]: {
      readonly extensions?: readonly { readonly name: string; readonly by: readonly string[] }[];
      readonly pauseCauses?: readonly { readonly cause: string; readonly by: readonly string[] }[];
    };
  };
}

/** One thing beside events that a definition lets people do. */
export interface DefinitionGrant {
  act: OptionalAct;
  /** What they may do. */
  does: string;
  by: readonly string[];
  /** Into the definition. */
  pointer: string;
}

export const grantsOf = ({ reopen, deadlines = {} }: Granting): DefinitionGrant[] => [
  ...(reopen === undefined
    ? []
    : [{ act: 'case.reopen' as const, does: 'reopen a case', by: reopen.by, pointer: '/reopen/by' }]),
  ...Object.entries(deadlines).flatMap(([deadline, { extensions = [], pauseCauses = [] }]) => [
    ...extensions.map(({ name, by }, place) => ({
      ...{ act: 'deadline.extend' as const, does: `extend "${deadline}" by "${name}"`, by },
      pointer: `/deadlines${pointerStep(deadline)}/extensions/${place}/by`,
    })),
    ...pauseCauses.map(({ cause, by }, place) => ({
      ...{ act: 'deadline.pause' as const, does: `pause "${deadline}" for "${cause}"`, by },
      pointer: `/deadlines${pointerStep(deadline)}/pauseCauses/${place}/by`,
    })),
  ]),
];
