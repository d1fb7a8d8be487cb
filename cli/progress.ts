/** Where a progress bar is drawn: a terminal gets a bar that moves, anything else a line per quarter. */
export type ProgressOutput = { readonly isTTY?: boolean; write(text: string): unknown };

export type Progress = {
  /** `done` of the total so far, in the total's own unit. */
  update(done: number): void;
  /** Ends the bar's line. */
  end(): void;
};

const widthChars = 30;
const redrawEveryMs = 100;

/**
 * A progress bar for whatever takes more than a second.
 *
 * @param total how much there is in all; 0 or less when unknown, which draws the label alone
 */
export function startProgress(
  label: string,
  total: number,
  output: ProgressOutput = process.stderr,
  clock: () => number = performance.now.bind(performance),
): Progress {
  let drawnAt = Number.NEGATIVE_INFINITY;
  let quarter = 0;
  if (!output.isTTY || total <= 0) {
    output.write(`${label}\n`);
  }
  return {
    update(done) {
      if (total <= 0) {
        return;
      }
      const share = Math.min(1, done / total);
      if (!output.isTTY) {
        if (Math.floor(share * 4) > quarter) {
          quarter = Math.floor(share * 4);
          output.write(`${label} ${quarter * 25} %\n`);
        }
        return;
      }
      if (clock() - drawnAt < redrawEveryMs && share < 1) {
        return;
      }
      drawnAt = clock();
      const filled = Math.round(share * widthChars);
      const bar = '#'.repeat(filled) + '.'.repeat(widthChars - filled);
      output.write(`\r${label} [${bar}] ${String(Math.floor(share * 100)).padStart(3)} %`);
    },
    end() {
      if (output.isTTY && total > 0) {
        output.write('\n');
      }
    },
  };
}
