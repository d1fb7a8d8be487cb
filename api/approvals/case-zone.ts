import type { CaseState } from '../../machines/kernel/state.ts';
import type { Services } from '../services.ts';

/** IANA name of the zone in which a case counts its days. */
export const caseZone = async (
  { definitions }: Pick<Services, 'definitions'>,
  state: CaseState,
): Promise<string> => {
  const { calendars, calendar } = await definitions.compiledOf(state);
  return calendars[calendar]?.zone ?? 'UTC';
};
