import { own } from '../kernel/own.ts';
import type { Act } from '../kernel/policy/table.ts';

/**
 * Of the roles that a definition names for something, those that its act lets do it, each with somebody who could. A
 * row that only the owner of the case may use, and that the owner must not do, lets nobody.
 */
export const rolesThatMay = (act: Act, by: readonly string[]): string[] =>
  by.filter((role) => {
    const scope = own(act.by, role);
    return scope !== undefined && !(scope === 'own' && act.notOwner === true);
  });
