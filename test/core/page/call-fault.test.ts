import { expect, test } from 'vitest';
import { createBagCopies } from '../../../src/core/model/bag-copies.ts';
import { createDamagedCalls, idsNamed, namedIds } from '../../../src/core/model/damaged-calls.ts';
import { errorVerdict, type Verdict } from '../../../src/core/model/verdict.ts';
import { aboutOne, faultOf } from '../../../src/core/page/call-fault.ts';

const id = (number: number): string => `00000000-0000-8000-8000-${String(number).padStart(12, '0')}`;
const at = (number: number, file: string): string => `bags/2025/a/data/${id(number)}/${file}`;

test('calls are counted and not their files; altered takes precedence over missing, and a possibly intact call has no fault', () => {
  const calls = createDamagedCalls();
  const verdicts: Verdict[] = [
    errorVerdict('corrupt', 'A122', at(1, 'access-1.opus'), ''),
    errorVerdict('corrupt', 'A122', at(1, 'original-1.wav'), ''),
    errorVerdict('missing', 'A121', at(2, 'access-1.opus'), ''),
    errorVerdict('corrupt', 'A122', at(2, 'recording.json'), ''),
    errorVerdict('missing', 'A121', at(3, 'access-1.opus'), ''),
    errorVerdict('unreachable', 'A154', at(4, 'access-1.opus'), ''),
    errorVerdict('corrupt', 'A122', 'bags/2025/a/manifest-sha256.txt', ''),
    { ...errorVerdict('ok', 'A142', at(5, 'x'), ''), severity: 'warning' },
    // The bag with its files counts them; if that bag is missing, nothing else does.
    errorVerdict('corrupt', 'V132', at(6, 'recording.json'), ''),
    errorVerdict('missing', 'V132', at(7, 'recording.json'), ''),
  ];
  for (const verdict of verdicts) calls.take(verdict);
  expect([calls.size, calls.damaged(), calls.lost()]).toEqual([4, [id(1), id(2)], [id(3), id(7)]]);
  const many = Array.from({ length: 500 }, (_, number) => id(number));
  expect(idsNamed(namedIds(many))).toEqual(many.slice(0, 100));
  expect([idsNamed(''), idsNamed(undefined), idsNamed(4)]).toEqual([[], [], []]);
});

test('a call in a bag with faults is damaged, lost or intact, or possibly any of these if not all faults are listed', () => {
  const faults = { time: '', verdict: 'faults', played: '' };
  expect(faultOf(null, id(1))).toBeNull();
  expect(faultOf({ ...faults, verdict: 'ok', damaged: [id(1)] }, id(1))).toBeNull();
  expect(faultOf({ ...faults, verdict: 'repaired' }, id(1))).toBeNull();
  expect(faultOf(faults, id(1))).toBe('bag');
  const named = { ...faults, damaged: [id(1)], lost: [id(2)] };
  expect([1, 2, 3].map((number) => faultOf(named, id(number)))).toEqual(['damaged', 'lost', null]);
  expect(faultOf({ ...named, unnamed: true }, id(3))).toBe('bag');
});

test('what is told of one call names no other, and keeps what is known of it', () => {
  const faults = { time: '', verdict: 'faults', played: '' };
  const named = { ...faults, damaged: [id(1), id(4)], lost: [id(2)] };
  for (const verification of [faults, named, { ...named, unnamed: true as const }, { ...named, verdict: 'repaired' }, { ...faults, verdict: 'ok' }])
    for (const number of [1, 2, 3]) {
      const told = aboutOne(verification, id(number));
      expect(faultOf(told, id(number))).toBe(faultOf(verification, id(number)));
      expect([...(told.damaged ?? []), ...(told.lost ?? [])].filter((one) => one !== id(number))).toEqual([]);
    }
});

test('a replica has a bag from its copy until the bag is found damaged there, or until the replica is removed', () => {
  const copies = createBagCopies();
  const take = (type: string, detail: Record<string, unknown>): void => copies.take({ type, detail });
  take('bag-copied', { bag: 'a', replica: 'usb' });
  take('bag-verified', { bag: 'a', replica: 'cloud', verdict: 'ok' });
  take('bag-verified', { bag: 'a', verdict: 'ok' });
  expect(copies.of('a')).toEqual(['cloud', 'usb']);
  take('bag-verified', { bag: 'a', replica: 'usb', verdict: 'faults' });
  expect(copies.of('a')).toEqual(['cloud']);
  take('replica-removed', { replica: 'cloud' });
  expect([copies.of('a'), copies.of('b')]).toEqual([[], []]);
});
