import type { Ladder } from '../notification/ladder.ts';
import type { SurgePlan } from './plan.ts';

/** The ladder as it is while a plan is on; its rungs, and what law asks, stay as they are. */
export const withSurge = (ladder: Ladder, { notify }: SurgePlan): Ladder => ({
  ...ladder,
  ...(notify.apart === undefined ? {} : { apart: notify.apart }),
  quiet: { ...ladder.quiet, nonWorkingDays: notify.nonWorkingDays ?? ladder.quiet.nonWorkingDays },
  urgent: {
    ...ladder.urgent,
    deadlines: [...new Set([...ladder.urgent.deadlines, ...(notify.urgent ?? [])])],
  },
});
