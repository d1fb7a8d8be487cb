import type { CasePlan } from '../replay/plan.ts';
import { event, evidence, type Road, yuan } from './road.ts';

/** Whose approval the team's opinion waits for, and who gave it. */
export const opinionSigner = 'underwriter';
export const opinionProposer = 'lead';

/** How the team is opened: without a claim, so that several people approve its opinion. */
export const teamOpening: CasePlan['opening'] = {
  as: 'manager',
  body: {
    definition: 'team',
    data: { why: 'three-departments', matter: '（生成）展厅水渍损失，三个部门意见不一。' },
  },
};

const delivered = (department: string, as: string, finding: string) =>
  event(`${department}.deliver`, as, { finding, evidence });

/**
 * A team gives its opinion, and people are asked for it in four steps. The amount takes no second factor; it is
 * one that who gave the opinion could decide, were it not their own.
 */
export const teamRoad: Road = {
  to: 'approving',
  steps: [
    event('members.set', 'manager', {
      lead: opinionProposer,
      departments: ['survey', 'legal', 'siu'],
      join: 'all',
    }),
    event('plan.agree', opinionProposer, { plan: '（生成）两日内各自提交结论。' }),
    delivered('survey', 'adjuster', '（生成）设备残值一万二千元。'),
    delivered('legal', 'legal', '（生成）条款适用，无免责情形。'),
    delivered('siu', 'siu', '（生成）未发现欺诈迹象。'),
    event('opinion.give', opinionProposer, {
      outcome: 'offer',
      amount: yuan(48_000),
      minutes: '（生成）一致同意赔付四万八千元。',
      dissent: [],
    }),
  ],
};
