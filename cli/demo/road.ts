import type { Json } from '../../machines/kernel/json.ts';
import type { PlannedStep } from '../replay/plan.ts';

/** A way that a demonstration's case goes, and the state it stands in afterwards. */
export type Road = { readonly to: string; readonly steps: readonly PlannedStep[] };

export const reason = 'Generated for the demonstration';
export const evidence = ['generated paper'];

/** An amount as cases hold it, in cents. */
export const yuan = (amount: number): Json => ({ amount: amount * 100, currency: 'CNY' });

export const event = (type: string, as: string, data?: { [name: string]: Json }): PlannedStep => ({
  type,
  as,
  ...(data === undefined ? {} : { data }),
});

/** The step, with the reason that its definition asks for. */
export const because = (step: PlannedStep): PlannedStep => ({ ...step, reason });

/** The step, sent once the case has reached a state by itself. */
export const once = (awaits: string, step: PlannedStep): PlannedStep => ({ ...step, awaits });
