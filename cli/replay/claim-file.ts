import { z } from 'zod';

const day = z.iso.date();
const amount = z.number().min(0).max(100_000_000);

/** One closed motor or home claim of the PRISM set of the chainladder package: simulated by its authors. */
export const ClaimFile = z.object({
  claimNo: z.string().min(1).max(40),
  line: z.enum(['Auto', 'Home']),
  type: z.string().min(1).max(40),
  liability: z.boolean(),
  accidentDate: day,
  reportDate: day,
  paymentDate: day,
  closeDate: day,
  limit: amount,
  deductible: amount,
  totalPayment: amount,
});
export type ClaimFile = z.infer<typeof ClaimFile>;
