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
