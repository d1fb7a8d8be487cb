/** One thing that production needs: whether it is there, and what to do where it is not. */
export interface Need {
  id: string;
  ok: boolean;
  /** What was found. */
  found: string;
  /** Empty where nothing is to be done. */
  fix: string;
}

export const need = (id: string, ok: boolean, found: string, fix: string): Need => ({
  id,
  ok,
  found,
  fix: ok ? '' : fix,
});
