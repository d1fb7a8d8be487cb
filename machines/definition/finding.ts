/** Something about a definition that must or should be changed. */
export interface Finding {
  /** JSON pointer (RFC 6901) into the document. */
  pointer: string;
  /** Stable, e.g. `TARGET_UNKNOWN`. */
  code: string;
  /** What is wrong, as a sentence. */
  message: string;
  /** What to do about it, as a sentence. */
  fix: string;
  /** An error keeps the document from being published or loaded. */
  severity: 'error' | 'warning';
}

export const failing = (pointer: string, code: string, message: string, fix: string): Finding => ({
  pointer,
  code,
  message,
  fix,
  severity: 'error',
});

export const warning = (pointer: string, code: string, message: string, fix: string): Finding => ({
  ...failing(pointer, code, message, fix),
  severity: 'warning',
});

/** `Known: a, b, c.` for a fix; at most twelve names. */
export const knownNames = (names: Iterable<string>): string => {
  const all = [...names];
  const shown = all.slice(0, 12).join(', ');
  return all.length === 0 ? 'None is declared.' : `Known: ${shown}${all.length > 12 ? ', …' : ''}.`;
};
