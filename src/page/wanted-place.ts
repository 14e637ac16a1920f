import { signInReturnKey } from '../core/words/sign-in-return-key.ts';

/** Restores, once, the place that the user requested before signing in. Only the part behind `#` is kept, so it cannot lead away from this page. */
export function restoreWantedPlace(): void {
  try {
    const wanted = sessionStorage.getItem(signInReturnKey);
    sessionStorage.removeItem(signInReturnKey);
    if (location.hash.length <= 1 && wanted?.startsWith('#') === true) location.replace(wanted);
  } catch {
    // Storage is disabled: the page shows its start.
  }
}
