import { writeEffectFile } from './effect-file.ts';
import type { Payments } from './payment.ts';

/** Stands in for a paying system: each payment is a file in `folder`, made once. */
export const createFilePayments = (folder: string): Payments => ({
  pay: async (order) => ({ paymentId: await writeEffectFile(folder, order, order) }),
});
