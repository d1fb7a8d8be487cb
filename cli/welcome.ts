/** Addresses to print, without a slash at the end. */
export type Addresses = {
  readonly api: string;
  /** Absent with a Temporal server of one's own. */
  readonly temporalUi?: string;
  readonly temporal: string;
};

/** The lines that `caseloom start` ends with: where everything is, then one line per reader. */
export function welcomeLines({ api, temporalUi, temporal }: Addresses): string[] {
  return [
    '',
    `  API           ${api}`,
    `  API docs      ${api}/docs`,
    temporalUi === undefined ? `  Temporal      ${temporal}` : `  Temporal UI   ${temporalUi}`,
    '',
    '  Designer      npx caseloom lint machines/library/complaint/definition.json',
    `  Staff         curl -H "Authorization: Bearer $(npx caseloom token handler)" "${api}/v1/tasks?view=candidate"`,
    '  Auditor       npx caseloom verify',
    `  Newcomer      ${api}/docs`,
    '',
    '  Ctrl-C stops everything; what has been accepted is kept.',
  ];
}
