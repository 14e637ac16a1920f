import { expect, test } from 'vitest';
import { likeName, likeParty, likeText, personOf } from '../../src/cases/person.ts';

const name = (wanted: string, found: string) => likeName(personOf([wanted], null), found)?.sureness ?? null;

test.each([
  ['Åsa Öberg', 'Åsa Öberg', 'certain'],
  ['Åsa Öberg', 'OBERG, Asa', 'certain'],
  ['Åsa Öberg', 'A\u030asa O\u0308berg', 'certain'],
  ['Åsa Öberg', 'Åsa Maria Öberg', 'uncertain'],
  ['Åsa Maria Öberg', 'Åsa Öberg', 'uncertain'],
  ['Bo Ek', 'Bo Ekström', null],
  ['Åsa Öberg', 'Åsa Lind', null],
  ['1001', 'Desk 1001', null],
])('%s and %s: %s', (wanted, found, expected) => {
  expect(name(wanted, found)).toBe(expected);
});

test('an agent is known by id; a device that holds the id says it perhaps', () => {
  const agent = personOf(['A-17'], null);
  const party = { role: 'agent', phone: null, name: null, agentId: 'a-17', device: null } as const;
  expect(likeParty(agent, party)).toMatchObject({ sureness: 'certain', field: 'agent id' });
  expect(likeParty(personOf(['1001'], null), { ...party, agentId: null, device: 'SIP/1001-0002' })).toMatchObject({
    sureness: 'uncertain',
    field: 'device',
  });
  expect(likeParty(personOf(['100'], null), { ...party, agentId: null, device: 'SIP/1001-0002' })).toBe(null);
});

test('words of a name in a text are no proof, and parts of words are none', () => {
  const person = personOf(['Bo Ek'], null);
  expect(likeText(person, 'transferred to Ek, Bo at 9')?.sureness).toBe('uncertain');
  expect(likeText(person, 'Bobo Eken')).toBe(null);
  expect(likeText(personOf(['bo.ek@bank.example'], null), 'from <bo.ek@bank.example>')?.sureness).toBe('certain');
  expect(likeText(personOf(['bo.ek@bank.example'], null), 'from <jumbo.ek@bank.example>')).toBe(null);
});
