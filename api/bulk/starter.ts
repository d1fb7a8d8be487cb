import type { BulkJob } from '../../db/own/bulk-jobs.ts';
import { getPerson } from '../../db/own/people.ts';
import { serviceById } from '../../db/own/service-keys.ts';
import { Refused } from '../problem.ts';
import { type Reader, readerOf } from '../reader.ts';
import type { Services } from '../services.ts';
import { reaches } from '../sign-in/scopes.ts';

/**
 * Who started a job, with the rights they have now: whoever was disabled, and a key that was taken back or has expired,
 * starts nothing any more.
 *
 * @throws Refused
 */
export const starterOf = async (
  { store, now }: Services,
  { tenant, starterId, keyId }: Pick<BulkJob, 'tenant' | 'starterId' | 'keyId'>,
): Promise<Reader> => {
  if (keyId !== null) {
    const found = await serviceById(store, { tenant, keyId }, now());
    if (!('person' in found) || !reaches(found.scopes, 'POST', '/v1/bulk')) {
      throw new Refused('SCOPE_REQUIRED', 'The service key that it was started with holds no more.');
    }
    return readerOf(store, found.person);
  }
  const person = await getPerson(store, tenant, starterId, now());
  if (person?.status !== 'active') {
    throw new Refused('PERSON_UNKNOWN', 'Who started it is nobody here any more.');
  }
  return readerOf(store, person);
};
