import { expect, test } from 'vitest';
import { likeText } from '../../../src/cases/person/person.ts';
import { personOf } from '../../../src/core/identity/person.ts';

test('words of a name in a text are not proof, and parts of words do not match', () => {
  const person = personOf(['Bo Ek'], null);
  expect(likeText(person, 'transferred to Ek, Bo at 9')?.sureness).toBe('uncertain');
  expect(likeText(person, 'Bobo Eken')).toBe(null);
  expect(likeText(personOf(['Bo Ekström'], null), 'to Ekstroem, Bo')?.sureness).toBe('uncertain');
  expect(likeText(personOf(['Bo Ekstroem'], null), 'to Bo Ekström')?.sureness).toBe('uncertain');
  expect(likeText(personOf(["Pat O'Brien"], null), 'to Pat OBrien')?.sureness).toBe('uncertain');
  expect(likeText(personOf(['Joel Lind'], null), 'to Jo Lind')).toBe(null);
  expect(likeText(personOf(['bo.ek@bank.example'], null), 'from <bo.ek@bank.example>')?.sureness).toBe('certain');
  expect(likeText(personOf(['bo.ek@bank.example'], null), 'from <jumbo.ek@bank.example>')).toBe(null);
});

test.each([
  ['agent-7', 'agent', null],
  ['agent-7', 'role agent, channel 7', null],
  ['agent-7', '7 agents', null],
  ['agent-7', 'handed to agent-7 at 9', 'uncertain'],
  ['agent-7', 'handed to agent-77 at 9', null],
  ['tel:+46-70-1740605', 'tel:+46701740606', null],
  ['tel:+46-70-1740605', 'a tel is a telephone', null],
  ['tel:+46-70-1740605', '"+46701740605";"x"', 'certain'],
  ['="0701740605"', 'to 0701740605', 'certain'],
  ['="0701740605"', 'to 0701740606', null],
  // A row may begin like a number that a spreadsheet guards.
  ['+46701740605', "'1714640400.1','Anna','+46701740605'", 'certain'],
  ['+46701740605', "'0701,Anna,070-174 06 05", 'certain'],
  ['+46701740605', "'0701740605", 'certain'],
  ['+46701740605', "'0701740606", null],
  ['1001', "'1001','Anna'", null],
] as const)('%s in "%s": %s', (wanted, text, expected) => {
  expect(likeText(personOf([wanted], '46'), text)?.sureness ?? null).toBe(expected);
});
