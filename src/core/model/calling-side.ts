import type { Party } from './recording.ts';

/**
 * True for the side that called or wrote: `caller`; for recorders that distinguish only their own party and the other one, the agent of an outgoing call,
 * otherwise the customer.
 * @param role of the party, or `from` of a message @param direction of the call
 */
export function isCallingSide(role: string, direction: string): boolean {
  if (role === 'customer') return direction !== 'outbound';
  return role === 'caller' || role === 'from' || (role === 'agent' && direction === 'outbound');
}

/** Returns the calling or the called party: `caller` and `callee` take precedence over agent and customer; undefined: none is named. */
export function partyAt(parties: readonly Party[], direction: string, calls: boolean): Party | undefined {
  const named = calls ? 'caller' : 'callee';
  return (
    parties.find(({ role }) => role === named) ??
    parties.find(({ role }) => (role === 'customer' || role === 'agent') && isCallingSide(role, direction) === calls)
  );
}
