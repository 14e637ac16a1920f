import { agree } from '../../src/core/base/agree.ts';
import type { CallEvent, NameValue } from '../../src/core/model/recording.ts';
import type { JoinedRecord } from '../engine/records/call.ts';
import { eventOf } from '../engine/records/describe.ts';
import { dataPrefix } from './files.ts';

/** Data that switches and contact centres reported about a couple (couple_extdata, `data` of calls.xml), by meaning. */
export interface CoupleData {
  readonly correlation: readonly NameValue[];
  readonly tags: readonly NameValue[];
  readonly events: readonly CallEvent[];
  readonly callingTerminal: string | null;
  readonly calledTerminal: string | null;
  readonly agents: readonly string[];
}

/** Keys whose values are ids of the call in the reporting system. */
const isId = /(?:CALL_?ID|CALL_?KEY|CONN(?:ECTION)?_?ID|UUID|GUID|SESSION_?ID|INTERACTION_?ID|CONTACT_?ID|XREF_?CI)$/i;
const knownIds: Readonly<Record<string, string>> = { JTAPI_CISCO_GLOBAL_CALL_ID: 'gcid', SIP_CALL_ID: 'sip-call-id', SIP_CALLID: 'sip-call-id' };
/** Keys whose values a caller typed; they may be card data. */
const isTyped = /dtmf|digits|(?:^|_)(?:pin|cvv|cvc|pan)(?:_|$)/i;

/**
 * Removes the reported data from the records and returns it.
 * @param records the couple's own records, including those of calls.xml
 * @param details rows of couple_extdata
 */
export function coupleData(records: readonly JoinedRecord[], details: readonly JoinedRecord[]): CoupleData {
  const pairs = new Map<string, NameValue>();
  const add = (name: string, value: string): void => void pairs.set(`${name}\u0001${value}`, { name, value });
  for (const record of records) {
    for (const { name, value } of record.rest()) {
      if (!name.startsWith(dataPrefix)) continue;
      record.take([name]);
      add(name.replace(/^data \d+ /, ''), value);
    }
  }
  for (const row of details) add(row.peek(['key']) ?? '', row.peek(['value']) ?? '');
  const said = [...pairs.values()].filter(({ name, value }) => name !== '' && value.trim() !== '');
  const saidBy = (key: string): string | null => said.find(({ name }) => name.toUpperCase() === key)?.value ?? null;
  const ids = said.filter(({ name }) => isId.test(name) && !isTyped.test(name));
  const typed = said.filter(({ name }) => isTyped.test(name));
  return {
    correlation: ids.map(({ name, value }) => ({ name: knownIds[name.toUpperCase()] ?? name.toLowerCase().replaceAll('_', '-'), value })),
    tags: said.filter((each) => !ids.includes(each) && !typed.includes(each)),
    events: typed.map(({ name, value }) => eventOf('dtmf', agree`${name}: ${value.length} character[s], left out`)),
    callingTerminal: saidBy('JTAPI_CALLING_TERMINAL_SEP'),
    calledTerminal: saidBy('JTAPI_CALLED_TERMINAL_SEP'),
    agents: said.filter(({ name }) => /^CCE_CFG_(?:OTHER_)?LOGINID$/i.test(name)).map(({ value }) => value),
  };
}
