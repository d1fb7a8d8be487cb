/**
 * Says whether node_modules is what package-lock.json asks for.
 *
 * npm writes node_modules/.package-lock.json when an install has finished, so the two are compared by content: file
 * times mean nothing after a checkout. Packages that npm leaves out (those of other platforms) are marked optional.
 *
 * @param {string | undefined} lockText text of package-lock.json
 * @param {string | undefined} installedText text of node_modules/.package-lock.json; undefined when there is none
 * @returns {string | undefined} why an install is needed, or undefined when none is
 */
export function installReason(lockText, installedText) {
  if (installedText === undefined) {
    return 'node_modules is missing or incomplete';
  }
  if (lockText === undefined) {
    return undefined;
  }
  const wanted = JSON.parse(lockText).packages ?? {};
  const found = JSON.parse(installedText).packages ?? {};
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '') {
      continue;
    }
    const there = found[path];
    if (there === undefined) {
      if (entry.optional || entry.devOptional) {
        continue;
      }
      return `${path} is not installed`;
    }
    if (there.version !== entry.version || there.integrity !== entry.integrity) {
      return `${path} is ${there.version}, the lock file asks for ${entry.version}`;
    }
  }
  const extra = Object.keys(found).find((path) => wanted[path] === undefined);
  return extra === undefined ? undefined : `${extra} is no longer in the lock file`;
}
