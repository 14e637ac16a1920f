import type { Party } from './recording.ts';

/**
 * Returns true for the side that called or wrote: `caller`. For recorders that distinguish only their own party and the other one, the calling side
 * is the agent of an outgoing call, otherwise the customer.
 * @param role role of the party, or `from` of a message
 * @param direction direction of the call
 */
export function isCallingSide(role: string, direction: string): boolean {
  if (role === 'customer') return direction !== 'outbound';
  return role === 'caller' || role === 'from' || (role === 'agent' && direction === 'outbound');
}

/**
 * Returns the calling or the called party: `caller` and `callee` take precedence over agent and customer; undefined: none is named.
 * @param calls true: the calling party
 */
export function partyAt(parties: readonly Party[], direction: string, calls: boolean): Party | undefined {
  const named = calls ? 'caller' : 'callee';
  return (
    parties.find(({ role }) => role === named) ??
    parties.find(({ role }) => (role === 'customer' || role === 'agent') && isCallingSide(role, direction) === calls)
  );
}
