/** A party as a SIP header names it. */
export interface SipAddress {
  /** E.g. `sip:+15550100@pbx.example` or `tel:+15550100`, without parameters. */
  readonly uri: string;
  /** Display name; null if there is none. */
  readonly name: string | null;
}

/** The request that set up a call leg: the first INVITE of a Call-ID. */
export interface SipInvite {
  readonly callId: string;
  /** Time of capture, seconds since 1970. */
  readonly seconds: number;
  readonly from: SipAddress | null;
  readonly to: SipAddress | null;
  /** P-Asserted-Identity: the caller as the network asserts it (RFC 3325). */
  readonly asserted: SipAddress | null;
  /** Further headers that are kept, with lower-case names, in order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** SHA-256 of the message. */
  readonly sha256: string;
  /** Seconds since 1970 of the first BYE or CANCEL; null: none was captured. */
  readonly endSeconds: number | null;
}

/** The signalling of calls in a capture. */
export interface Signalling {
  /** In the order in which they were captured. */
  readonly invites: readonly SipInvite[];
  /** False if the capture was not read to its end, or has more legs than are kept: there may be other calls in it. */
  readonly isWhole: boolean;
}
