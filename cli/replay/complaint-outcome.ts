import type { ComplaintFile } from './complaint-file.ts';

export type Finding = 'upheld' | 'partly' | 'not-upheld';

/** How a file ended. `told` says whether the file says so or has nothing about it. */
export type Outcome =
  | { readonly end: 'withdrawn' }
  | { readonly end: 'transferred'; readonly to: string }
  | { readonly end: 'decided'; readonly finding: Finding; readonly told: boolean };

const withdrawn = 'Complaint Withdrawn';
const elsewhere = [
  'No Jurisdiction',
  'Referred to Another State’s Dept of Insurance',
  'Referred to Outside Agency/Dept',
];

/** What the department decided, in the words of its dispositions. */
const byDisposition: { readonly [disposition: string]: Finding } = {
  'Company Position Overturned': 'upheld',
  'Claim Settled': 'upheld',
  'Claim Reopened': 'upheld',
  'Fine Assessed': 'upheld',
  'Referred to Other Division for Possible Disciplinary Action': 'upheld',
  'Compromised Settlement/Resolution': 'partly',
  'Company Position Substantiated': 'not-upheld',
  'Question of Fact/Contract/Provision/Legal Issue': 'not-upheld',
  'No Action Requested/Required': 'not-upheld',
  'Insufficient Information': 'not-upheld',
};

/** Conclusions by which the complainant got something; all others leave the company's position as it was. */
const favourable: readonly string[] = [
  'Justified',
  'Corrective Action',
  'Claim Paid',
  'Claim Paid With Interest',
  'Interest Paid',
  'Additional Money Received',
  'Voluntary Reconsideration',
  'Coverage Granted',
  'Coverage Extended',
  'Premium Refund',
  'Fees Returned',
  'Policy Restored/Reinstated',
  'Policy Issued',
  'Policy Offered',
  'Non-Renewal Rescinded',
  'Cancellation Withdrawn',
  'Contract Violation',
  'Rate Problem Solved',
  'Class Revised',
  'Deductible Recovered',
  'Satisfied',
];

/** The outcome by the file's own words: dispositions first, then conclusions, and money that was recovered. */
export const outcomeOf = ({ dispositions, conclusions, recoveryUsd }: ComplaintFile): Outcome => {
  const findings = dispositions.map((name) => byDisposition[name]).filter((finding) => finding !== undefined);
  if (recoveryUsd === 0 && findings.length === 0) {
    const to = dispositions.find((name) => elsewhere.includes(name));
    if (dispositions.includes(withdrawn)) {
      return { end: 'withdrawn' };
    }
    if (to !== undefined) {
      return { end: 'transferred', to };
    }
  }
  const told = findings.length > 0 || conclusions.length > 0 || recoveryUsd > 0;
  const finding =
    findings[0] ?? (conclusions.some((name) => favourable.includes(name)) ? 'upheld' : 'not-upheld');
  // Money came back although the company's position stood: something of the complaint was right.
  const paidAnyway = finding === 'not-upheld' && recoveryUsd > 0;
  return { end: 'decided', finding: paidAnyway ? 'partly' : finding, told };
};

export type RootCause =
  | 'delay'
  | 'terms-unclear'
  | 'service-attitude'
  | 'claim-amount'
  | 'claim-refused'
  | 'sales'
  | 'other';

const rootCauses: readonly (readonly [RegExp, RootCause])[] = [
  [/delay|no response|prompt pay|never received/i, 'delay'],
  [/denial|denied|refusal|rescission|exclusion|necess/i, 'claim-refused'],
  [/settlement|offer|value|rate|charge|fee|premium|reimburs|loss of use|recoup/i, 'claim-amount'],
  [/handling|service|conduct|procedure/i, 'service-attitude'],
  [/marketing|sales|misrepresent|advertis|misquot|suitab|tactic/i, 'sales'],
  [/contract|provision|coverage|notice|information/i, 'terms-unclear'],
];

/** The root cause by the file's own reasons, the first that is known. */
export const rootCauseOf = ({ subreasons, reasons }: ComplaintFile): RootCause => {
  for (const text of [...subreasons, ...reasons]) {
    const found = rootCauses.find(([pattern]) => pattern.test(text));
    if (found) {
      return found[1];
    }
  }
  return 'other';
};
