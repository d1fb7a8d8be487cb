/** Who may see how departments work, and work together. */
export const reportReaders = [
  'lead',
  'manager',
  'complaints-manager',
  'qa',
  'compliance',
  'auditor',
  'admin',
  'head-office',
];
