import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keptKinds, neverSearched, searchedPlaces, topLevelKinds } from '../../../src/cases/person/kept-kinds.ts';
import { createRig, type Rig, root } from '../../cli/rig.ts';

let rig: Rig;
beforeAll(() => {
  rig = createRig();
});
afterAll(async () => await rig?.[Symbol.asyncDispose]());

test('every folder and file of an archive with everything in it has a kind, which the answer to a person accounts for', async () => {
  expect((await rig.run(['import', `${root}/samples/asterisk-normal`, '--into', 'archive', '--zone', 'Europe/Stockholm'])).code).toBe(0);
  expect((await rig.run(['case', 'new', 'archive', '--title', 'Deal'])).code).toBe(0);
  expect((await rig.run(['viewer', 'archive'])).code).toBe(0);
  const names = readdirSync(rig.path('archive')).filter((name) => !name.startsWith('.'));
  expect(names).toEqual(expect.arrayContaining(['bags', 'cases', 'log', 'reports']));
  expect(names.filter((name) => !Object.hasOwn(topLevelKinds, name))).toEqual([]);
});

test('a kind that is not searched is named as not searched, unless it is derived from what is', () => {
  const silent = Object.entries(keptKinds).filter(([, { searched, notSearched }]) => searched === null && notSearched === null);
  expect(silent.map(([name]) => name)).toEqual(['derived']);
  expect(searchedPlaces.length + neverSearched.length).toBeGreaterThan(Object.keys(keptKinds).length - 1);
});
