import { instantAt, instantMs } from '../machines/kernel/instant.ts';

const dayMs = 86_400_000;

/** A report's time, RFC 3339 UTC; `to` is not included. */
export interface ReportSpan {
  from: string;
  to: string;
}

/** The time that is asked for: until now, and so many days before, where nothing else is said. */
export const reportSpan = (
  { from, to }: { from?: string | undefined; to?: string | undefined },
  { nowMs, days }: { nowMs: number; days: number },
): ReportSpan => {
  const toMs = to === undefined ? nowMs : instantMs(to);
  return { from: instantAt(from === undefined ? toMs - days * dayMs : instantMs(from)), to: instantAt(toMs) };
};
