import { expect, test } from 'vitest';
import { areOthersUntouched, declaredTypes } from './declared-types.ts';

const before = "import { size } from './size.ts';\n/** Doubles. */\nexport function twice(n: number): number {\n  return 2 * n + size;\n}\n";
const state = (now: string, was: string | null = before) => [{ file: 'src/twice.ts', before: was, now }];

test('a change of a function body, of comments or of what is not exported affects no other module', () => {
  expect(areOthersUntouched(state(before.replace('2 * n', 'n + n')))).toBe(true);
  expect(areOthersUntouched(state(before.replace('Doubles', 'Returns the double')))).toBe(true);
  expect(areOthersUntouched(state(`${before}\nconst half = 0.5;\nexport { half as unused };\n`))).toBe(false);
  expect(areOthersUntouched(state(`${before}\nfunction half(n: number): number {\n  return n / 2;\n}\nhalf(1);\n`))).toBe(true);
});

test('a parameter, a result, a member, a name and a removal affect others', () => {
  expect(areOthersUntouched(state(before.replace('n: number', 'n: number | null')))).toBe(false);
  expect(areOthersUntouched(state(before.replace('): number', '): 2')))).toBe(false);
  expect(areOthersUntouched(state(before.replace('twice', 'double')))).toBe(false);
  expect(areOthersUntouched(state(''))).toBe(false);
  const member = 'export interface Twice {\n  readonly n: number;\n}\n';
  expect(areOthersUntouched(state(member.replace('readonly n', 'readonly n?'), member))).toBe(false);
});

test('an export whose type depends on other modules may affect others, whatever has changed', () => {
  const derived = "import { size } from './size.ts';\nexport const twice = size();\n";
  expect(declaredTypes('src/twice.ts', derived)).toBeNull();
  expect(areOthersUntouched(state(`${derived}// more\n`, derived))).toBe(false);
});

test('a new module affects no unchanged module', () => {
  expect(areOthersUntouched(state(before, null))).toBe(true);
});
