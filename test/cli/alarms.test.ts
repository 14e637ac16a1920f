import { expect, test } from 'vitest';
import { alarmLines, alarmsOf } from '../../src/cli/alarms.ts';
import { createRig } from './rig.ts';

test('only codes that the table of findings marks as alarms decide exit code 3 by themselves', () => {
  expect(alarmsOf({ P201: 2, P107: 5, P103: 1, X999: 1 })).toEqual({ P201: 2 });
  expect(alarmsOf({})).toEqual({});
  expect(alarmsOf({ P201: 0 })).toEqual({});
});

test('explain says of an alarm that it ends with 3, and of no other code', async () => {
  await using rig = createRig();
  const [alarm, other] = [await rig.run(['explain', 'P201']), await rig.run(['explain', 'P107'])];
  expect(alarm.stdout).toContain('An import, a dry run or a survey that tells it ends with exit code 3.');
  expect(other.stdout).not.toContain('exit code');
});

test('the line about alarms names each code, and how often it was told where that is not once', () => {
  expect(alarmLines({})).toEqual([]);
  expect(alarmLines({ P201: 1 })).toEqual(['Exit code 3 because of P201; longplay explain CODE says what to do.']);
  expect(alarmLines({ P201: 1_200 })).toEqual(['Exit code 3 because of P201 (1,200 times); longplay explain CODE says what to do.']);
});
