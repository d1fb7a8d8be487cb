import { pointerStep } from '../kernel/canonical-json.ts';
import { type Finding, failing } from './finding.ts';
import type { LintContext } from './lint-context.ts';
import { needIn } from './lint-references.ts';

/** A case is opened again only from where it had ended, and goes on where it has not ended again at once. */
export const reopenFindings = ({ document, index }: LintContext): Finding[] => {
  const findings: Finding[] = [];
  const need = needIn(findings);
  for (const [from, { target, restart }] of Object.entries(document.reopen?.from ?? {})) {
    const pointer = `/reopen/from${pointerStep(from)}`;
    const state = index.byId.get(from);
    need([{ name: from, pointer }], index.byId.keys(), 'STATE_UNKNOWN', 'state');
    need([{ name: target, pointer: `${pointer}/target` }], index.byId.keys(), 'STATE_UNKNOWN', 'state');
    if (state !== undefined && state.node.type !== 'final') {
      const message = `"${from}" is not final: people leave it by events.`;
      findings.push(failing(pointer, 'REOPEN_NOT_FINAL', message, 'Name a final state.'));
    }
    if (index.byId.get(target)?.node.type === 'final') {
      const message = `"${target}" is final, so nothing would be open again.`;
      findings.push(
        failing(`${pointer}/target`, 'REOPEN_INTO_FINAL', message, 'Name a state where work goes on.'),
      );
    }
    need(
      (restart ?? []).map((name, place) => ({ name, pointer: `${pointer}/restart/${place}` })),
      Object.keys(document.deadlines ?? {}),
      'DEADLINE_UNKNOWN',
      'deadline',
    );
  }
  return findings;
};
