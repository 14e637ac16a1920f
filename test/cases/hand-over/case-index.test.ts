import { expect, test } from 'vitest';
import { indexItem } from '../../../src/cases/hand-over/case-index.ts';
import { parsePhone } from '../../../src/tables/values/phone.ts';
import { plainDocument } from '../../archive/plain-document.ts';

test('the index of a case lists the dealer as caller and the client as called party of an outgoing call, with the ids of each', () => {
  const parties = [
    { role: 'customer', phone: parsePhone('+46701740610'), name: 'Åsa Öberg', agentId: 'CL-090', device: null },
    { role: 'agent', phone: null, name: 'Tom Hill', agentId: 'thill', device: null },
  ] as const;
  const item = indexItem(
    plainDocument(1, { direction: { value: 'outbound', raw: 'OUT' }, parties, correlation: [{ name: 'order', value: 'ORD-7781' }] }),
    '46',
  );
  expect([item.from, item.to, item.ids.trader, item.ids.client, item.ids.order]).toEqual([
    'Tom Hill thill',
    'Åsa Öberg +46701740610 CL-090',
    'thill',
    'CL-090',
    'ORD-7781',
  ]);
  const back = indexItem(plainDocument(2, { direction: { value: 'inbound', raw: 'IN' }, parties }), '46');
  expect([back.from, back.to]).toEqual(['Åsa Öberg +46701740610 CL-090', 'Tom Hill thill']);
});
