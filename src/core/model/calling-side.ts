import type { Party } from './recording.ts';

/**
 * True where a party stands on the side that called, or wrote: `caller`; of the parties that a recorder knows as its own and the other one, the agent where the call went
 * out, else the customer.
 * @param role of the party, or `from` of a message @param direction of the call
 */
export function isCallingSide(role: string, direction: string): boolean {
  if (role === 'customer') return direction !== 'outbound';
  return role === 'caller' || role === 'from' || (role === 'agent' && direction === 'outbound');
}

/** The party that called, or that was called: `caller` and `callee` before the two that a recorder knows as its own and the other one; undefined: none is named. */
export function partyAt(parties: readonly Party[], direction: string, calls: boolean): Party | undefined {
  const named = calls ? 'caller' : 'callee';
  return (
    parties.find(({ role }) => role === named) ??
    parties.find(({ role }) => (role === 'customer' || role === 'agent') && isCallingSide(role, direction) === calls)
  );
}
