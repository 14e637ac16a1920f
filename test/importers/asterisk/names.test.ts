import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochSeconds, isEmptyAudio, isUniqueId, namesId, parseAudioName, withoutExtension } from '../../../importers/asterisk/names.ts';

const parts = (path: string) => {
  const { type, destination, source, stamp, uniqueid, side } = parseAudioName(path);
  return [type, destination, source, stamp, uniqueid, side];
};

describe('names of recordings', () => {
  it.each([
    ['in-1001-46701740605-20261124-223950-1795559989.0.wav', ['in', '1001', '46701740605', '20261124-223950', '1795559989.0', null]],
    [
      '2026/11/24/out-0701740698-1001-20261124-223953-demo-1795559992.6.WAV',
      ['out', '0701740698', '1001', '20261124-223953', 'demo-1795559992.6', null],
    ],
    [
      'a.tar!q-600-46701740605-20261124-223953-pbx-north-1795559992.6.gsm',
      ['q', '600', '46701740605', '20261124-223953', 'pbx-north-1795559992.6', null],
    ],
    ['exten-*97-1001-20261124-223953-1795559992.6.mp3', ['exten', '*97', '1001', '20261124-223953', '1795559992.6', null]],
    ['external-vm-200-46701740605-20261124-223953-1795559992.6.wav', ['external', 'vm-200', '46701740605', '20261124-223953', '1795559992.6', null]],
    ['in-1001-unknown-20261124-223953-1795559992.6.wav', ['in', '1001', null, '20261124-223953', '1795559992.6', null]],
    ['out--1001-20261124-223953-1795559992.6.wav', ['out', null, '1001', '20261124-223953', '1795559992.6', null]],
    // It is unknown where one of the two numbers ends: none is better than a wrong one.
    ['in-1001-070-1740605-20261124-223953-1795559992.6.wav', ['in', null, null, '20261124-223953', '1795559992.6', null]],
    ['8001-8001-always-20261124-223953-1795559992.6.wav', ['conf', '8001', null, '20261124-223953', '1795559992.6', null]],
    ['rg-20261124-600-20261124-223953-1795559992.6.wav', ['rg', '20261124', '600', '20261124-223953', '1795559992.6', null]],
    ['demo-1795559989.0-in.wav', [null, null, null, null, null, 'in']],
    ['in-1001-1002-20261124-223953-1795559992.6-out.wav', ['in', '1001', '1002', '20261124-223953', '1795559992.6', 'out']],
    ['msg0001.wav', [null, null, null, null, null, null]],
    ['in.wav', [null, null, null, null, null, null]],
  ])('%s is parsed from the right', (name, expected) => {
    expect(parts(name)).toEqual(expected);
  });

  it('return any destination without dashes, source and system name', () => {
    const number = fc.stringMatching(/^[0-9*#+]{1,12}$/);
    fc.assert(
      fc.property(
        fc.constantFrom('in', 'out', 'exten', 'q', 'rg', 'generic', 'parked', 'ondemand', 'force', 'internal', 'external', 'group'),
        number,
        number,
        fc.stringMatching(/^(?:[a-z][a-z0-9-]{0,12}-)?1[0-9]{9}\.[0-9]{1,6}$/),
        (type, destination, source, uniqueid) => {
          const name = `${type}-${destination}-${source}-20261124-223953-${uniqueid}.wav`;
          expect(parts(name)).toEqual([type, destination, source, '20261124-223953', uniqueid, null]);
        },
      ),
    );
  });

  it('never cause a throw', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (name) => parseAudioName(name).base.length <= name.length));
  });

  it('end in an extension with a letter, whatever it is; the number of a uniqueid is not one', () => {
    expect(['a.wav', 'a.WAV', 'a.sln16', 'a.g726-40', 'a.dat', 'a.3gp'].map(withoutExtension)).toEqual(Array(6).fill('a'));
    const whole = ['a', 'in-1-2-20261124-223953-1795559992.6', 'x-1795559992.6-in', '.wav', 'x-1795559992.6'];
    expect(whole.map(withoutExtension)).toEqual(whole);
  });
});

describe('uniqueids', () => {
  it.each([
    ['1795559992.4', true],
    ['demo-1795559992.4', true],
    ['pbx-2-1795559992.4', true],
    ['1795559992', false],
    ['1795559992.', false],
    ['99999999999.4', false],
    ['', false],
    ['46701740605', false],
  ])('%s is a uniqueid: %s', (text, expected) => {
    expect(isUniqueId(text)).toBe(expected);
  });

  it('hold the UTC second of their channel', () => {
    expect(epochSeconds('demo-1795559992.4')).toBe(1_795_559_992);
    expect(epochSeconds('demo')).toBe(null);
  });

  it('are found as a whole word in a name, and exactly where the grammar has them', () => {
    expect(namesId(parseAudioName('demo-1795559989.0-in.wav'), 'demo-1795559989.0')).toBe(true);
    expect(namesId(parseAudioName('demo-1795559989.0-in.wav'), '1795559989.0')).toBe(true);
    expect(namesId(parseAudioName('1795559989.01.wav'), '1795559989.0')).toBe(false);
    expect(namesId(parseAudioName('xdemo-1795559989.0.wav'), 'demo-1795559989.0')).toBe(false);
    expect(namesId(parseAudioName('in-1-2-20261124-223953-demo-1795559989.0.wav'), '1795559989.0')).toBe(false);
  });
});

describe('empty files', () => {
  it.each([
    ['a.wav', 44, true],
    ['a.wav', 46, false],
    ['a.WAV', 60, true],
    ['a.WAV', 125, false],
    ['a.gsm', 0, true],
    ['a.gsm', 33, false],
  ])('%s of %i bytes is empty: %s', (path, size, expected) => {
    expect(isEmptyAudio(path, size)).toBe(expected);
  });
});
