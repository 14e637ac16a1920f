import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryReader } from '../../../src/core/base/bytes.ts';
import { limits } from '../../../src/core/base/limits.ts';
import { isLostRecord } from '../../../src/core/findings/lost-record.ts';
import { readJsonRecords } from '../../../src/tables/json/json.ts';
import { everything } from '../../faults/trials.ts';
import { collect, heapWatch, inPieces, line, madeReader, signal, textReader } from '../readers.ts';

async function read(text: string, path = '', size = 1 << 20): Promise<unknown[]> {
  const items = await collect(readJsonRecords(inPieces(textReader(text), size), { place: 'j', path }, signal));
  return items.map((item) => (item.kind === 'tree' ? item.value : line(item)));
}
const lost = (n: number) => `T131 j record ${n}: is not JSON and was not read`;

describe('the records of a JSON export', () => {
  it.each([
    ['an array', '[{"a":1},{"a":2}]', '', [{ a: 1 }, { a: 2 }]],
    ['an array over many lines', '\ufeff[\n  {\n    "a": 1\n  },\n  {\n    "a": "]}"\n  }\n]\n', '', [{ a: 1 }, { a: ']}' }]],
    ['JSON lines', '{"a":1}\n{"a":2}\r\n\n{"a":3}', '', [{ a: 1 }, { a: 2 }, { a: 3 }]],
    ['glued objects', '{"a":1}{"a":{"b":2}}{"a":3}', '', [{ a: 1 }, { a: { b: 2 } }, { a: 3 }]],
    ['a text sequence with record separators', '\x1e{"a":1}\n\x1e{"a":2}\n', '', [{ a: 1 }, { a: 2 }]],
    ['one object', '{"a":"\\"}{"}', '', [{ a: '"}{' }]],
    ['words and numbers', '1\ntrue\n"x"\nnull\n', '', [1, true, 'x', null]],
    [
      'an array at a path',
      '{"meta":{"calls":[9]},"data":{"n":3,"calls":[{"a":1},{"a":2}],"more":[1,{"calls":[8]}]},"x":"}"}',
      'data.calls',
      [{ a: 1 }, { a: 2 }],
    ],
    ['arrays at a path of several objects', '{"calls":[1,2]}\n{"n":0}\n{"calls":[3]}', 'calls', [1, 2, 3]],
    ['a value at a path that is not an array', '{"data":{"call":{"a":1}},"z":1}', 'data.call', [{ a: 1 }]],
    ['an empty array', '[]', '', []],
    ['a member with an escaped name', '{"c\\u0061lls":[1]}', 'calls', [1]],
  ])('are read from %s in pieces of any size', async (_, text, path, values) => {
    for (const size of [1 << 20, 3, 1]) expect(await read(text, path, size)).toEqual(values);
  });

  it('are each decoded by themselves if lines are in two encodings', async () => {
    const bytes = Buffer.concat([Buffer.from('{"a":"Åsa"}\n'), Buffer.from('{"a":"Bj\u00f6rn"}\n', 'latin1'), Buffer.from('{"a":"Åsa"}\n')]);
    const items = await collect(readJsonRecords(inPieces(memoryReader(bytes, 'j'), 5), { place: 'j' }, signal));
    expect(items.map((item) => (item.kind === 'tree' ? item.value : line(item)))).toEqual([
      'T105 j: 1 of 3 lines beyond ASCII is not UTF-8 (line 2): 1 line read as windows-1252',
      { a: 'Åsa' },
      { a: 'Björn' },
      { a: 'Åsa' },
    ]);
  });

  it('keep their raw text and their numbers', async () => {
    const items = await collect(readJsonRecords(textReader('[ {"a": 1} , {"a":2}]'), { place: 'j' }, signal));
    expect(items.map((item) => (item.kind === 'tree' ? [item.number, item.raw] : line(item)))).toEqual([
      [1, '{"a": 1}'],
      [2, '{"a":2}'],
    ]);
  });

  it('keep ids of 64 bits as text, and other numbers as numbers', async () => {
    expect(
      await read('[{"id":12345678901234567890,"t":1761438596.185763,"n":-9007199254740993,"s":"1234567890123456789","m":123456789012345}]'),
    ).toEqual([{ id: '12345678901234567890', t: 1761438596.185763, n: '-9007199254740993', s: '1234567890123456789', m: 123456789012345 }]);
  });

  it('with a member __proto__ have it as a member of an object without prototype', async () => {
    for (const text of ['{"a":{"__proto__":{"x":1}}}', '{"a":{"\\u005f_proto__":{"x":1}}}']) {
      const [value] = (await read(text)) as [{ a: Record<string, unknown> }]; // the type of the text
      expect(Object.getPrototypeOf(value.a)).toBeNull();
      expect(Object.keys(value.a)).toEqual(['__proto__']);
      expect(({} as Record<string, unknown>).x).toBeUndefined();
    }
  });
});

describe('a damaged record', () => {
  const good = (id: number) => `{"id":${id},"parties":[{"n":"a"},{"n":"b"}]}`;
  const value = (id: number) => ({ id, parties: [{ n: 'a' }, { n: 'b' }] });

  it.each([
    ['an invalid value', '{"id":2,"parties":nope}'],
    ['a bracket missing at its end', '{"id":2,"parties":[{"n":"a"},{"n":"b"}]'],
    ['a bracket missing inside', '{"id":2,"parties":[{"n":"a"},{"n":"b"]}'],
    ['an unclosed string', '{"id":2,"parties":[{"n":"a},{"n":"b"}]}'],
    ['an additional comma', '{"id":2,,"parties":[]}'],
    ['a single quote', "{'id':2}"],
  ])('with %s loses only itself, in an array, in lines and concatenated', async (_, damaged) => {
    const values = [value(1), lost(2), value(3), value(4)];
    expect(await read(`[${[good(1), damaged, good(3), good(4)].join(',\n')}]`)).toEqual(values);
    expect(await read(`${[good(1), damaged, good(3), good(4)].join('\n')}\n`)).toEqual(values);
  });

  it('that is too deep or too large loses only itself and uses no memory', async () => {
    const deep = `{"id":2,"x":${'['.repeat(100)}{"id":9}${']'.repeat(100)}}`;
    const large = `{"id":3,"x":[{"id":9},"${'y'.repeat(limits.recordBytes * 2)}"]}`;
    expect(await read(`[${[good(1), deep, large, good(4)].join(',')}]`, '', 100_000)).toEqual([
      value(1),
      `T133 j record 2: has values nested more than ${limits.depth} deep and was not read`,
      `T133 j record 3: is larger than ${limits.recordBytes} characters and was not read`,
      value(4),
    ]);
  });

  it('that the end of the file truncates is counted, and so is an array truncated between two records', async () => {
    expect(await read(`[${good(1)},{"id":2,"par`)).toEqual([
      value(1),
      'T132 j record 2: ends before its closing bracket and was not read',
      'T135 j: ends inside an array or object: it was truncated between two records',
    ]);
    expect(await read(`{"calls":[${good(1)},`, 'calls')).toEqual([
      value(1),
      'T135 j: ends inside an array or object: it was truncated between two records',
    ]);
  });
});

describe('a damaged document', () => {
  it('without anything at the path is reported', async () => {
    expect(await read('{"data":{"calls":[1]}}', 'data.call')).toEqual(["T134 j: contains no array or value at 'data.call'"]);
    expect(await read('[1,2]', 'calls')).toEqual(["T134 j: contains no array or value at 'calls'"]);
    expect(await read(' \n')).toEqual(['T134 j: contains no JSON value']);
  });

  it('with stray brackets has them counted', async () => {
    expect(await read('[{"a":1}},{"a":2}]]')).toEqual([{ a: 1 }, { a: 2 }, 'T136 j: 2 places between the records are not JSON']);
  });

  it('of random text never causes a throw, and records and losses are numbered without a gap, in pieces of any size', async () => {
    const part = fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '"a"', '"b":', '1', 'x', '\n', '\\', '{"a":1}', ' ');
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { maxLength: 40 }),
        fc.constantFrom('', 'a', 'a.b'),
        fc.integer({ min: 1, max: 9 }),
        async (parts, path, size) => {
          const reader = textReader(parts.join(''));
          const items = await collect(readJsonRecords(reader, { place: 'j', path }, signal));
          const numbers = items.flatMap((item) =>
            item.kind === 'tree' ? [item.number] : isLostRecord(item) ? [Number(/record (\d+)/.exec(item.place)?.[1])] : [],
          );
          expect(numbers).toEqual(numbers.map((_, i) => i + 1));
          expect(await collect(readJsonRecords(inPieces(reader, size), { place: 'j', path }, signal))).toEqual(items);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('any values', () => {
  it('are read back unchanged from an array, from lines and at a path', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue({ maxDepth: 4, noUnicodeString: false }), { maxLength: 6 }),
        fc.integer({ min: 1, max: 50 }),
        async (written, size) => {
          const values: unknown[] = written.map((value): unknown => JSON.parse(JSON.stringify(value)));
          const plain = values.filter((value) => !/\d{16}|__proto__/.test(JSON.stringify(value)));
          const same = async (text: string, path: string) =>
            expect((await read(text, path, size)).map((value) => JSON.stringify(value))).toEqual(plain.map((value) => JSON.stringify(value)));
          await same(JSON.stringify({ x: [1], 'k y': { calls: plain } }), 'k y.calls');
          await same(JSON.stringify(plain, null, 1), '');
          const lines = plain.filter((value) => !Array.isArray(value));
          const read2 = lines.length === 0 ? [] : await read(lines.map((value) => JSON.stringify(value)).join('\n'), '', size);
          expect(read2.map((value) => JSON.stringify(value))).toEqual(lines.map((value) => JSON.stringify(value)));
        },
      ),
    );
  });
});

// The short form is larger than the permitted growth of the heap.
describe(`an export of ${everything ? 200 : 45} MB`, () => {
  it('is read in constant memory, including damaged records', async () => {
    const record = (i: number) =>
      `{"id":"${String(i).padStart(8, '0')}","start":"2025-10-26T02:29:56Z","note":"${'z'.repeat(330)}${i % 20_000 === 9_999 ? ' }' : '"}'},\n`;
    const count = everything ? 520_000 : 120_000;
    const watch = heapWatch(20_000);
    let trees = 0;
    let damaged = 0;
    for await (const item of readJsonRecords(madeReader('{"calls":[', record, count, ']}'), { place: 'j', path: 'calls' }, signal)) {
      watch.look();
      if (item.kind === 'finding') damaged++;
      else trees++;
    }
    expect([trees, damaged]).toEqual([count - count / 20_000, count / 20_000]);
    expect(watch.grown).toBeLessThan(32 * 1024 * 1024);
  });
});
