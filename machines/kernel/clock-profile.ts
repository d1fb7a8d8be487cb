import { formatDuration, parseDuration, scaleDuration, toMilliseconds } from './duration.ts';
import { KernelError } from './kernel-error.ts';

/**
 * A profile that replaces the lengths of every clock, for demonstrations: a day becomes `day`, an hour a
 * twenty-fourth of it. The clock itself is never scaled.
 */
export interface ClockProfile {
  id: string;
  title: { zh: string; en: string };
  scale: { P1D: string };
  calendar: string;
}

/** A length under the profile, as an ISO 8601 length of seconds. */
export const clockLength = (profile: ClockProfile, length: string): string => {
  const duration = parseDuration(length);
  const day = parseDuration(profile.scale.P1D);
  const dayMs = day && toMilliseconds(day);
  if (!duration || dayMs === undefined) {
    throw new KernelError('LENGTH_NOT_FIXED', `"${length}" is no ISO 8601 length.`);
  }
  return formatDuration(scaleDuration(duration, dayMs));
};
