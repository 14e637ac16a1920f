/** Key in the browser's `sessionStorage` under which the sign-in page stores the part after `#` of the address that the user wanted to open. */
export const signInReturnKey = 'longplay-wanted';
