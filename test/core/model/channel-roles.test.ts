import { expect, test } from 'vitest';
import { rolesOfChannels, sidesAfterDecoding } from '../../../src/core/model/channel-roles.ts';

const both = [
  { index: 0, role: 'caller' },
  { index: 1, role: 'callee' },
] as const;

test('roles of two channels do not apply to a file with one channel: it contains all parties', () => {
  expect(rolesOfChannels(both, 2)).toEqual(['caller', 'callee']);
  expect(rolesOfChannels(both, 1)).toEqual(['unknown']);
  expect(rolesOfChannels(both.slice(0, 1), 1)).toEqual(['caller']);
  expect(rolesOfChannels([...both, { index: 1, role: 'agent' }], 2)).toEqual(['caller', 'unknown']);
  expect(sidesAfterDecoding({ side: 'stereo', channels: both }, 1)).toEqual({ side: 'mixed', channels: [] });
  expect(sidesAfterDecoding({ side: 'stereo', channels: both }, 2)).toEqual({ side: 'stereo', channels: both });
  expect(sidesAfterDecoding({ side: 'in', channels: both.slice(0, 1) }, 1)).toEqual({ side: 'in', channels: both.slice(0, 1) });
  expect(sidesAfterDecoding({ side: 'stereo', channels: both }, null)).toEqual({ side: 'stereo', channels: both });
});
