import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LongplayError } from '../../../src/core/base/error.ts';
import { limits } from '../../../src/core/base/limits.ts';
import { compileTemplate } from '../../../src/tables/values/template.ts';

const match = (template: string, name: string) => {
  const found = compileTemplate(template).match(name);
  return found === null ? null : { ...found };
};

describe('a file-name template', () => {
  it('gives the raw parts of a matching name, and null for any other', () => {
    const template = '{direction}-{dest}-{from}-{date:YYYYMMDD}-{time:HHmmss}-{id}.{ext}';
    expect(compileTemplate(template).fields).toEqual(['direction', 'dest', 'from', 'date', 'time', 'id', 'ext']);
    expect(match(template, 'in-1001-46701740605-20261124-223950-demo-1795559989.0.wav')).toEqual({
      direction: 'in',
      dest: '1001',
      from: '46701740605',
      date: '20261124',
      time: '223950',
      id: 'demo-1795559989.0',
      ext: 'wav',
    });
    expect(match(template, 'in-1001-46701740605-2026112-223950-1.0.wav')).toBeNull();
    expect(match(template, 'in-1001--20261124-223950-1.0.wav')).toBeNull();
    expect(match(template, '')).toBeNull();
  });

  it('assigns to the left what could be on either side of a separator', () => {
    expect(match('{name}-{number}.{ext}', 'Ek-Eva-0701740605.tar.wav')).toEqual({ name: 'Ek-Eva', number: '0701740605.tar', ext: 'wav' });
  });

  it('decides by a field of fixed form or of listed texts', () => {
    expect(match('{way:in|out|internal}-{dest}-{from:9999}', 'in-vm-100-1001')).toEqual({ way: 'in', dest: 'vm-100', from: '1001' });
    expect(match('{way:in|internal}{rest}', 'internal7')).toEqual({ way: 'internal', rest: '7' });
    expect(match('{way:in|internal}{rest}', 'internal')).toEqual({ way: 'in', rest: 'ternal' });
    expect(match('{date:DD-MMM-YYYY}_{h:hhmmA}', '02-May-2024_0910P')).toEqual({ date: '02-May-2024', h: '0910P' });
  });

  it('matches folders by their slashes, and no field spans one', () => {
    expect(match('{year:YYYY}/{id}.wav', '2024/7.wav')).toEqual({ year: '2024', id: '7' });
    expect(match('{id}.wav', '2024/7.wav')).toBeNull();
  });

  it('takes doubled braces for braces, and names of any letters', () => {
    expect(match('{{{id}}}.wav', '{7}.wav')).toEqual({ id: '7' });
    expect(match('Samtal_{från}', 'Samtal_åäö')).toEqual({ från: 'åäö' });
    expect(Object.entries(match('{__proto__}.wav', 'x.wav') ?? {})).toEqual([['__proto__', 'x']]);
  });

  it.each(['{a}{b}', '{a', 'a}', '{a}-{a}', '', '{}', '{a:}'])('%s is refused with the reason', (template) => {
    expect(() => compileTemplate(template)).toThrow(LongplayError);
  });

  it('matches a hostile name of the largest size quickly, and refuses larger ones', () => {
    const template = compileTemplate(`${'{a}-{b}-{c}-{d}-{e}-{f}-{g}-{h}-{i}-{j}'}x`);
    expect(template.match('-'.repeat(limits.nameBytes))).toBeNull();
    expect(template.match(`${'-'.repeat(limits.nameBytes)}x`)).toBeNull();
  });

  it('gives parts that make up the name again', () => {
    const part = fc.string({ unit: fc.constantFrom('a', '1', '-', '.', '_'), minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(part, part, part, (a, b, c) => {
        const found = compileTemplate('{a}-{b}_{c}').match(`${a}-${b}_${c}`);
        expect(found).not.toBeNull();
        expect(`${found?.a}-${found?.b}_${found?.c}`).toBe(`${a}-${b}_${c}`);
        // The right part is as short as possible: it has a separator only if it would be empty without.
        expect(found?.c?.slice(1)).not.toMatch(/_./);
      }),
    );
  });
});
