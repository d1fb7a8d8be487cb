import type { Approval } from './approval.ts';
import type { Signer } from './plan.ts';
import { rungAbove } from './rounds.ts';

/** The roles that decide above a seat, the nearest first, compliance the last; none for a seat of compliance. */
export const rolesAbove = (approval: Approval, signer: Signer): string[] => {
  const roles: string[] = [];
  let rung = rungAbove(approval, signer);
  while (rung !== undefined && !roles.includes(rung.role)) {
    roles.push(rung.role);
    rung = rungAbove(approval, rung);
  }
  return roles;
};
