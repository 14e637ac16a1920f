import { signInReturnKey } from '../core/words/sign-in-return-key.ts';

/** Restores the place that the user wanted before the sign-in, once. Only the part behind `#` is kept, so it cannot leave this page. */
export function restoreWantedPlace(): void {
  try {
    const wanted = sessionStorage.getItem(signInReturnKey);
    sessionStorage.removeItem(signInReturnKey);
    if (location.hash.length <= 1 && wanted?.startsWith('#') === true) location.replace(wanted);
  } catch {
    // Storage is disabled: the page shows its start.
  }
}
