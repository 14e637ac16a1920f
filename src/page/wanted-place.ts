import { wantedPlace } from '../core/words/wanted-place.ts';

/** Goes where somebody wanted to before they had to sign in. Only what stands behind `#` is kept, so it leads nowhere but into this page; once. */
export function goWhereWanted(): void {
  try {
    const wanted = sessionStorage.getItem(wantedPlace);
    sessionStorage.removeItem(wantedPlace);
    if (location.hash.length <= 1 && wanted?.startsWith('#') === true) location.replace(wanted);
  } catch {
    // Storage is switched off: the page begins at its beginning.
  }
}
