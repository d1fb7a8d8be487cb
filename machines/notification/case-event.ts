/** A CloudEvents 1.0 event about an entry of a case's trail. What happened is read behind it, under the reader's rights. */
export interface CaseEvent {
  specversion: '1.0';
  id: string;
  source: string;
  type: string;
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: CaseEventData;
}

export interface CaseEventData {
  caseId: string;
  number: string;
  kind: string;
  definition: string;
  seq: number;
  /** The entry's: an event of the definition, or one of the engine's such as `deadline.warned`. */
  type: string;
  /** Place in the tenant's log. */
  logIndex: number;
}

/** The event about an entry; `at` is RFC 3339 UTC. The same entry always gives the same event. */
export const caseEvent = (tenant: string, at: string, data: CaseEventData): CaseEvent => ({
  specversion: '1.0',
  id: `${data.caseId}.${data.seq}`,
  source: `urn:caseloom:${encodeURIComponent(tenant)}`,
  type: `caseloom.entry.${data.type}`,
  subject: data.caseId,
  time: at,
  datacontenttype: 'application/json',
  data,
});
