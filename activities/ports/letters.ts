/** A message to people. It names who and what about; what it says is put together where it is read, under its rights. */
export interface Letter {
  effectId: string;
  tenant: string;
  caseId: string;
  template: string;
  to: { customer: true } | { roles: string[] };
  /** The company that writes, where it has said who it is. */
  from?: { name: string; letterhead: string };
  /** Who answers for the case, in a letter to the customer: their id and what they are called. Absent where nobody does. */
  owner?: { id: string; name: string };
}

/** Whatever takes letters: mail, SMS, a webhook. The same letter taken again is not sent again. */
export interface Letters {
  send: (letter: Letter) => Promise<{ letterId: string }>;
}
