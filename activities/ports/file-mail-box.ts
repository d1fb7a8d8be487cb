import { writeEffectFile } from './effect-file.ts';
import type { Letters } from './letters.ts';

/** Keeps each letter as a file in `folder`, for installations without a mail gateway. */
export const createFileMailBox = (folder: string): Letters => ({
  send: async ({ effectId, tenant, caseId, template, to, from, owner }) => ({
    letterId: await writeEffectFile(
      folder,
      { tenant, effectId },
      {
        ...{ effectId, tenant, caseId, template, to },
        ...(from === undefined ? {} : { from }),
        ...(owner === undefined ? {} : { owner }),
      },
    ),
  }),
});
