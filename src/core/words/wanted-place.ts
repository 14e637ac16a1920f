/** Name in the browser's `sessionStorage` under which the page to sign in leaves what stands behind `#` in the address that somebody wanted to open. */
export const wantedPlace = 'longplay-wanted';
