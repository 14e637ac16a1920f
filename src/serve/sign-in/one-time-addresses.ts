import { sameSecret, secretText } from '../accounts/session.ts';

/** Addresses through which the user who started the server signs in, of which one is valid at a time. */
export interface OneTimeAddresses {
  /** Returns true if the token is that of the valid address, which is then replaced. */
  readonly take: (token: string) => boolean;
  readonly print: () => void;
}

/** Creates the first address. @param print shows the path of a valid address to the operator */
export function createOneTimeAddresses(print: (path: string) => void): OneTimeAddresses {
  let current = secretText();
  return {
    print: () => print(`/enter/${current}`),
    take: (token) => {
      if (!sameSecret(token, current)) return false;
      current = secretText();
      print(`/enter/${current}`);
      return true;
    },
  };
}
