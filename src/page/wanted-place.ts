import { wantedPlace } from '../core/words/wanted-place.ts';

/** Restores the place that the user wanted before the sign-in, once. Only the part behind `#` is kept, so it cannot leave this page. */
export function goWhereWanted(): void {
  try {
    const wanted = sessionStorage.getItem(wantedPlace);
    sessionStorage.removeItem(wantedPlace);
    if (location.hash.length <= 1 && wanted?.startsWith('#') === true) location.replace(wanted);
  } catch {
    // Storage is disabled: the page shows its start.
  }
}
