import { expect, test } from 'vitest';
import { canonicalJson } from '../../../src/core/base/canonical-json.ts';

test('members are in the order of their UTF-8 bytes, at every depth', () => {
  const names = ['zz', 'b', '', 'a', 'Z', 'é', '\uffff', '\u{1f600}', '\ue000', 'ab'];
  const byBytes = [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const inner = Object.fromEntries(names.map((name) => [name, 1]));
  const outer = Object.fromEntries(names.map((name) => [name, [inner]]));
  const written = canonicalJson(outer);
  expect(written).toBe(
    `{${byBytes.map((name) => `${JSON.stringify(name)}:[{${byBytes.map((each) => `${JSON.stringify(each)}:1`).join(',')}}]`).join(',')}}`,
  );
});

test('an object with many members is sorted like one with few', () => {
  const names = Array.from({ length: 500 }, (_, at) => `n${(at * 7_919) % 500}`);
  const written = canonicalJson(Object.fromEntries(names.map((name) => [name, null])));
  expect(Object.keys(JSON.parse(written) as object)).toEqual([...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
});

test('a member called __proto__ is kept, and one without a value is omitted', () => {
  const value: unknown = JSON.parse('{"b":{"__proto__":{"y":1,"x":2}},"a":1}');
  expect(canonicalJson(value)).toBe('{"a":1,"b":{"__proto__":{"x":2,"y":1}}}');
  expect(canonicalJson({ b: undefined, a: [undefined, null] })).toBe('{"a":[null,null]}');
});

test('with an indent the output has lines', () => {
  expect(canonicalJson({ b: [1], a: 'x' }, 2)).toBe('{\n  "a": "x",\n  "b": [\n    1\n  ]\n}');
});

test('without an indent, every value gives the bytes of its sorted copy as JSON.stringify writes it', () => {
  const texts = [
    '',
    'a',
    '"',
    '\\',
    '\n',
    '\u0000',
    '\u007f',
    '\u2028',
    '\ud800',
    'x\udc00y',
    '\u{1f600}',
    'é',
    '10',
    '9',
    '-1',
    '01',
    '4294967295',
    '__proto__',
  ];
  const odd = [undefined, () => 1, Number.NaN, -0, 1e21, 1 / 3, new Date(0), null, true];
  for (const text of texts) {
    const value = Object.fromEntries([...texts.slice(0, 3), text, 'z'].map((name) => [name, [text, { [text]: odd, b: undefined, a: text }]]));
    expect(canonicalJson(value)).toBe(JSON.stringify(JSON.parse(canonicalJson(value, 2))));
    expect(canonicalJson(text)).toBe(JSON.stringify(text));
  }
  // Members whose names are numbers come first, as JavaScript lists them.
  expect(canonicalJson({ '-': 0, '10': 1, '9': { b: 2, a: 3 } })).toBe('{"9":{"a":3,"b":2},"10":1,"-":0}');
});
