import { describe, expect, it } from 'vitest';
import { directionOf, findColumn, nearestName, unknownColumn } from '../../../src/tables/values/columns.ts';

const header = ['SamtalsID', 'Starttid', 'Längd', 'Från'];

describe('a column', () => {
  it('is found by its name, or by the only name that differs in case, space or the composition of an accent', () => {
    expect(findColumn(header, 'Längd')).toBe(2);
    expect(findColumn(header, ' längd'.normalize('NFD'))).toBe(2);
    expect(findColumn(header, 'Till')).toBeNull();
  });

  it('is not found if its name occurs twice', () => {
    expect(findColumn(['id', 'id'], 'id')).toBeNull();
    expect(findColumn(['ID', 'Id'], 'id')).toBeNull();
    expect(findColumn(['ID', 'id'], 'id')).toBe(1);
  });

  it('that is missing is reported with the nearest name and the list', () => {
    expect(unknownColumn('Startid', header)).toBe("there is no column 'Startid'; did you mean 'Starttid'? Columns: SamtalsID, Starttid, Längd, Från");
    expect(unknownColumn('Kund', header)).toBe("there is no column 'Kund'. Columns: SamtalsID, Starttid, Längd, Från");
  });
});

describe('the nearest name', () => {
  it('is near, or there is none', () => {
    expect(nearestName('lenght', ['length', 'start'])).toBe('length');
    expect(nearestName('agnet', ['agent', 'from'])).toBe('agent');
    expect(nearestName('x', ['agent'])).toBeNull();
    expect(nearestName('agent', [])).toBeNull();
    expect(nearestName('y'.repeat(1e6), ['x'.repeat(1e6)])).toBeNull();
  });
});

describe('a direction', () => {
  it('is determined by the lists, and unknown otherwise', () => {
    const column = { kind: 'direction', name: 'Riktning', in: ['In', 'Inkommande'], out: ['Ut'], internal: ['I'] } as const;
    expect(['in', ' UT ', 'i', 'Åt'].map((raw) => directionOf(raw, column))).toEqual([
      { value: 'inbound', raw: 'in' },
      { value: 'outbound', raw: ' UT ' },
      { value: 'internal', raw: 'i' },
      { value: 'unknown', raw: 'Åt' },
    ]);
  });
});
