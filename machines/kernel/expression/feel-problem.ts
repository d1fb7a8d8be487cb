import type { FeelNode } from './feel-tree.ts';

/** Why an expression is refused: for the designer, with what to write instead. `at` are offsets into its text. */
export interface ExpressionProblem {
  code: string;
  message: string;
  fix: string;
  at: { from: number; to: number };
}

/** Notes a problem at a node. */
export type Report = (node: FeelNode, code: string, message: string, fix: string) => void;
