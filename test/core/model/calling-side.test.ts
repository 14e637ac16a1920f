import { expect, test } from 'vitest';
import { isCallingSide, partyAt } from '../../../src/core/model/calling-side.ts';
import type { Party, PartyRole } from '../../../src/core/model/recording.ts';

const parties = (...roles: PartyRole[]): Party[] => roles.map((role) => ({ role, phone: null, name: null, agentId: null, device: null }));

test.each<[string, PartyRole[], string | undefined, string | undefined]>([
  ['inbound', ['customer', 'agent'], 'customer', 'agent'],
  ['outbound', ['customer', 'agent'], 'agent', 'customer'],
  ['unknown', ['customer', 'agent'], 'customer', 'agent'],
  ['internal', ['agent', 'customer'], 'customer', 'agent'],
  // Caller and called party are stated: the two others are names of the same.
  ['outbound', ['agent', 'customer', 'caller', 'callee'], 'caller', 'callee'],
  ['outbound', ['agent', 'callee'], 'agent', 'callee'],
  ['inbound', ['supervisor', 'ivr'], undefined, undefined],
])('of an %s call of %j the %s called the %s', (direction, roles, from, to) => {
  expect([true, false].map((calls) => partyAt(parties(...roles), direction, calls)?.role)).toEqual([from, to]);
});

test('the writer of a message and the caller of a call are on the calling side in any direction', () => {
  for (const direction of ['inbound', 'outbound', ''])
    expect(['from', 'caller', 'to', 'callee'].map((role) => isCallingSide(role, direction))).toEqual([true, true, false, false]);
});
