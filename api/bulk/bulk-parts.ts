import type { BulkJob } from '../../db/own/bulk-jobs.ts';
import type { BulkTexts } from '../../db/own/bulk-texts.ts';
import { adoptPolicyParts } from '../adopt-policy.ts';
import { Refused } from '../problem.ts';
import type { Reader } from '../reader.ts';
import type { Services } from '../services.ts';
import {
  commentParts,
  copyParts,
  delegateParts,
  plainParts,
  reassignParts,
  type TaskParts,
} from '../task-parts.ts';

/**
 * The part of a job's command that is its own. There is none for what decides: no outcome, refusal or override is sent
 * in bulk.
 */
export const bulkParts = (
  services: Services,
  person: Reader,
  { verb, toId }: Pick<BulkJob, 'verb' | 'toId'>,
  { itemId, texts }: { itemId: string; texts: BulkTexts },
): TaskParts => {
  switch (verb) {
    case 'claim':
    case 'release':
    case 'remind':
      return plainParts(verb, itemId);
    case 'reassign':
      return reassignParts(services, person, { taskId: itemId, to: toId ?? '' });
    case 'delegate':
      // Without its end, which went with the job's texts, a loan would be for good.
      if (texts.until === undefined) {
        throw new Refused('DATA_INVALID', 'The job no longer knows until when the task is lent.');
      }
      return delegateParts(services, person.tenant, { taskId: itemId, to: toId ?? '', until: texts.until });
    case 'copy':
      return copyParts(services, person.tenant, { taskId: itemId, to: texts.people ?? [] });
    case 'comment':
      return commentParts(services, person.tenant, { taskId: itemId, text: texts.text ?? '' });
    case 'adopt-policy':
      return adoptPolicyParts(services, person.tenant, { hash: toId ?? '', pointer: '/args/to' });
  }
};
