import { runtimePart } from '../../machines/definition/runtime-part.ts';
import { DefinitionDocument } from '../../machines/definition/schema.ts';
import { feel } from '../kernel/case-driver.ts';
import { settlement, yuan } from './settlement.ts';

const title = (zh: string, en: string) => ({ zh, en });
const given = structuredClone(settlement);
const approval = given.approvals?.settlement as NonNullable<NonNullable<typeof given.approvals>[string]>;
const text = (zh: string, en: string) => ({ type: 'string', title: title(zh, en) }) as const;
const { properties } = given.data as { properties: object };

/**
 * The settlement of the tests as a whole document, as somebody publishes it: above ¥100,000 by second factor, and below
 * ¥10,000 with a quick look.
 */
export const payout: DefinitionDocument = DefinitionDocument.parse({
  ...given,
  id: 'payout',
  kind: 'claim',
  title: title('赔付', 'Payout'),
  data: {
    ...given.data,
    properties: {
      ...properties,
      amount: {
        ...(properties as { amount: object }).amount,
        title: title('赔付金额', 'Payout'),
      },
      clause: text('条款', 'Clause'),
      against: text('专班不同意见', 'Against it in the team'),
    },
  },
  documents: {
    invoice: { title: title('发票', 'Invoice'), mandatory: true },
    photos: { title: title('照片', 'Photos') },
    suspicion: { title: title('疑点', 'Suspicion'), 'x-restricted': ['siu', 'manager'] },
  },
  approvals: {
    settlement: {
      ...approval,
      title: title('赔付审批', 'Approval of the payout'),
      plan: {
        ...approval.plan,
        secondFactorAbove: yuan(100_000),
        steps: approval.plan.steps.map((step) => ({
          ...step,
          title: step.id === 'legal' ? title('法务', 'Legal') : title('金额', 'Amount'),
        })),
      },
      card: {
        clause: { clause: feel('data.clause') },
        dissent: { against: feel('data.against') },
        green: feel('data.amount.amount < 1000000'),
      },
    },
  },
});

export const payoutRuntime = runtimePart(payout);
