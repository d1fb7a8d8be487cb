import { readCalendar } from '../machines/kernel/calendar.ts';
import type { Compiled } from '../machines/kernel/compile.ts';
import { localDay } from '../machines/kernel/zone-offset.ts';
import { Refused } from './problem.ts';

/** The SHA-256, in lower case, of a document that is named as evidence and still to be handed in. */
export const promisedDocument = (evidence: string | undefined): string | undefined =>
  evidence !== undefined && /^[0-9a-f]{64}$/i.test(evidence) ? evidence.toLowerCase() : undefined;

/** What is keyed in later than the day it came in must say why, and prove it: clocks count from that day. */
export const requireProofOfBackdating = (
  { calendars, calendar }: Compiled,
  { reason, evidence }: { reason?: string | undefined; evidence?: string | undefined },
  receivedMs: number,
  nowMs: number,
): void => {
  const own = calendars[calendar];
  if (!own) {
    throw new Error(`The calendar "${calendar}" is not pinned`);
  }
  const { offsets } = readCalendar(own);
  if (localDay(offsets, receivedMs) >= localDay(offsets, nowMs)) {
    return;
  }
  if (reason === undefined) {
    throw new Refused(
      'REASON_REQUIRED',
      'It was received on an earlier day: say why it is opened only now.',
      {
        errors: [{ pointer: '/reason', message: 'is required' }],
      },
    );
  }
  if (evidence === undefined) {
    throw new Refused('EVIDENCE_REQUIRED', 'It was received on an earlier day: say what proves that.', {
      errors: [{ pointer: '/evidence', message: 'is required: a text, or the SHA-256 of a document' }],
    });
  }
};
