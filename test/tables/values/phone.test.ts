import { describe, expect, it } from 'vitest';
import { parsePhone } from '../../../src/tables/values/phone.ts';

describe('a telephone number', () => {
  it.each([
    ['+46701740605', { e164: '+46701740605', extension: null, sip: null, damage: null }],
    [' +46701740605 ', { e164: '+46701740605', extension: null, sip: null, damage: null }],
    ['0701740605', { e164: null, extension: null, sip: null, damage: null }],
    ['701740605', { e164: null, extension: null, sip: null, damage: null }],
    ['+46 70-174 06 05', { e164: null, extension: null, sip: null, damage: null }],
    ['1001', { e164: null, extension: '1001', sip: null, damage: null }],
    ['1', { e164: null, extension: null, sip: null, damage: null }],
    ['*97', { e164: null, extension: null, sip: null, damage: null }],
    ['tel:+46701740605', { e164: '+46701740605', extension: null, sip: null, damage: null }],
    ['sip:1001@pbx.example', { e164: null, extension: '1001', sip: 'sip:1001@pbx.example', damage: null }],
    [
      'sips:+46701740605@pbx.example:5061;user=phone',
      { e164: '+46701740605', extension: null, sip: 'sips:+46701740605@pbx.example:5061', damage: null },
    ],
    ['"Eva Ek" <sip:eva@pbx.example;transport=tcp>;tag=1', { e164: null, extension: null, sip: 'sip:eva@pbx.example', damage: null }],
    ['1001@10.0.0.1', { e164: null, extension: '1001', sip: '1001@10.0.0.1', damage: null }],
    ['4,67017E+10', { e164: null, extension: null, sip: null, damage: 'scientific' }],
    ['4.67017e+10', { e164: null, extension: null, sip: null, damage: 'scientific' }],
    ['="0701740606"', { e164: null, extension: null, sip: null, damage: 'guard-char' }],
    ["'+46701740698", { e164: null, extension: null, sip: null, damage: 'guard-char' }],
    ['46701740607,0', { e164: null, extension: null, sip: null, damage: 'leading-zero-lost' }],
    ['########', { e164: null, extension: null, sip: null, damage: 'overflow' }],
    ['#NAME?', { e164: null, extension: null, sip: null, damage: 'overflow' }],
    ['#WERT!', { e164: null, extension: null, sip: null, damage: 'overflow' }],
    ['+4670174xxxx', { e164: null, extension: null, sip: null, damage: 'masked' }],
    ['07017406***', { e164: null, extension: null, sip: null, damage: 'masked' }],
    ['XXXX', { e164: null, extension: null, sip: null, damage: 'masked' }],
    ['anonymous', { e164: null, extension: null, sip: null, damage: null }],
    ['', { e164: null, extension: null, sip: null, damage: null }],
  ])('%s is recognised and never repaired', (raw, expected) => {
    expect(parsePhone(raw)).toEqual({ raw, ...expected });
  });
});
