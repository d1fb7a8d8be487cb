/** Roles of staff, as people carry them. */
export const staffRoles = [
  'agent',
  'adjuster',
  'lead',
  'manager',
  'head-office',
  'committee',
  'siu',
  'medical',
  'underwriter',
  'legal',
  'finance',
  'handler',
  'complaints-manager',
  'qa',
  'compliance',
  'auditor',
  'regulator-liaison',
  'designer',
  'admin',
] as const;

/** Who else sends events: the customer, the kernel itself, a linked case. */
export const reservedRoles = ['customer', 'system', 'case'] as const;

/** Stands for the case's owner where people are told. */
export const ownerRole = 'owner';

/** Stands for whoever has the case's open tasks where people are told. */
export const assigneeRole = 'assignee';

/** Stands for whoever is above the person at work, or decides on the rung above an open seat, where people are told. */
export const superiorRole = 'superior';

/** First words of the names of entries and of the kernel's own events; no definition's event may start so. */
export const reservedPrefixes = [
  'xstate',
  'case',
  'task',
  'deadline',
  'service',
  'incident',
  'document',
  'timer',
  'message',
  'link',
  'approval',
  'seat',
  'signer',
] as const;

/** Events of the kernel that a machine or a deadline may wait for. */
export const kernelEvents = [
  'document.added',
  'service.compensated',
  'approval.step-opened',
  'approval.step-ended',
  'approval.approved',
  'approval.rejected',
  'approval.returned',
  'approval.recalled',
] as const;

/** Calendars that are shipped. */
export const calendarIds = ['always', 'cn', 'england-wales', 'us-federal'] as const;
