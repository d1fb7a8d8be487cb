import { z } from 'zod';

const day = z.iso.date();
const texts = z.array(z.string().min(1).max(300)).max(50);

/**
 * One closed complaint file of the Connecticut Insurance Department, as its open data has it (data.ct.gov, set
 * t64r-mt64), folded by file number. It holds no personal data.
 */
export const ComplaintFile = z.object({
  fileNo: z.string().min(1).max(40),
  opened: day,
  closed: day,
  companies: texts,
  coverages: texts,
  subcoverages: texts,
  reasons: texts,
  subreasons: texts,
  dispositions: texts,
  conclusions: texts,
  recoveryUsd: z.number().min(0).max(100_000_000),
});
export type ComplaintFile = z.infer<typeof ComplaintFile>;
