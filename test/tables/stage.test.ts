import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { byCodePoint } from '../../src/core/base/order.ts';
import { openStage } from '../../src/tables/stage.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'stage-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a stage', () => {
  it('gives groups in code-point order, with their values by order and then by insertion, and is gone when closed', () => {
    const stage = openStage(join(folder, 'new', 'folder'));
    stage.put('b', '2', { n: 1 });
    stage.put('\u{1F600}', '', 'above');
    stage.put('\uffee', '', 'below');
    stage.put('a', '', null);
    stage.put('b', '10', { n: 2 });
    stage.put('b', '2', { n: 3 });
    expect(stage.size).toBe(6);
    expect([...stage.groups()]).toEqual([
      { group: 'a', values: [null] },
      { group: 'b', values: [{ n: 2 }, { n: 1 }, { n: 3 }] },
      { group: '\uffee', values: ['below'] },
      { group: '\u{1F600}', values: ['above'] },
    ]);
    expect(stage.get('b')).toEqual([{ n: 2 }, { n: 1 }, { n: 3 }]);
    expect(stage.get('none')).toEqual([]);
    expect(() => stage.put('c', '', 1)).toThrow('put after the stage was read');
    stage.close();
    stage.close();
    expect(readdirSync(join(folder, 'new', 'folder'))).toEqual([]);
  });

  it('can be asked for a group while all are walked, and walked twice', () => {
    const stage = openStage(folder);
    for (let i = 0; i < 50_000; i++) stage.put(`g${i % 1_000}`, String(i).padStart(6, '0'), i);
    let values = 0;
    for (const group of stage.groups()) {
      values += group.values.length;
      expect(stage.get(group.group).length).toBe(group.values.length);
    }
    expect([values, [...stage.groups()].length]).toEqual([50_000, 1_000]);
    stage.close();
  });

  it('can be left in the middle of a walk and before it was ever read', () => {
    const stage = openStage(folder);
    stage.put('a', '', 1);
    stage.put('b', '', 2);
    for (const group of stage.groups()) {
      expect(group.group).toBe('a');
      break;
    }
    stage.close();
    const unread = openStage(folder);
    unread.put('a', '', 1);
    unread.close();
    expect(readdirSync(folder).filter((name) => name.startsWith('stage-'))).toEqual([]);
  });

  it('gives back any values that JSON knows, by group', () => {
    const put = fc.record({ group: fc.string({ unit: 'grapheme' }), order: fc.string({ maxLength: 2 }), value: fc.jsonValue() });
    fc.assert(
      fc.property(fc.array(put, { maxLength: 20 }), (puts) => {
        const stage = openStage(folder);
        for (const { group, order, value } of puts) stage.put(group, order, value);
        const names = [...new Set(puts.map((each) => each.group))].sort(byCodePoint);
        const expected = names.map((group) => ({
          group,
          values: puts
            .filter((each) => each.group === group)
            .sort((a, b) => byCodePoint(a.order, b.order))
            .map((each): unknown => JSON.parse(JSON.stringify(each.value))),
        }));
        expect([...stage.groups()]).toEqual(expected);
        stage.close();
      }),
      { numRuns: 30 },
    );
  });
});
