import type { Party, PartyRole } from '../../src/core/model/recording.ts';
import type { Values } from '../../src/tables/values/values.ts';
import { partyOf } from '../engine/records/describe.ts';
import { idOf, said } from './rows.ts';

/** Facts about a participant in a row, or in a member of a feed's list. */
interface Participant {
  readonly id: string | null;
  readonly phone: string | null;
  readonly station: string | null;
  readonly name: string | null;
  readonly agentId: string | null;
  readonly side: 'internal' | 'external' | null;
  readonly isInitiator: boolean | null;
  readonly isIvr: boolean;
}

const columns = ['iParticipantID', 'nvcPhoneNumber', 'nvcStation', 'nvcCTIAgentName', 'nvcAgentId', 'nvcSwitchAgentId', 'iAgentId'] as const;
const nameColumns = ['nvcFirstName', 'nvcMiddleName', 'nvcLastName'] as const;

/**
 * Returns the participants, from rows (newest first) and from the lists of a feed. An agent is internal or has an agent's id or name; the customer is external. Between two
 * internal participants, the initiator is the caller.
 */
export function partiesOf(rows: readonly Values[], feeds: readonly unknown[], isInternal: boolean): Party[] {
  const all = new Map<string, Participant>();
  for (const row of rows) {
    const participant = ofRow(row);
    if (participant === null) continue;
    const key = participant.id ?? JSON.stringify(participant);
    const known = all.get(key);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(participant)) continue;
    all.set(key, participant);
    for (const column of columns) row.take([column]);
    if (said(row, 'nvcCTIAgentName') === null) for (const column of nameColumns) row.take([column]);
  }
  for (const participant of feeds.flatMap(ofFeed)) all.set(JSON.stringify(participant), participant);
  const parties = [...all.values()].flatMap((each) => {
    const party = partyOf(roleOf(each, isInternal), { phone: each.phone, name: each.name, agentId: each.agentId, device: each.station });
    return party === null ? [] : [party];
  });
  const numbers = new Set(parties.flatMap(({ phone }) => phone?.raw ?? []));
  const dialled = rows.flatMap((row) => {
    const number = said(row, 'nvcDialedNumber', 'DNIS');
    if (number === null) return [];
    for (const column of ['nvcDialedNumber', 'DNIS']) row.take([column]);
    return numbers.has(number) ? [] : [number];
  });
  return [...parties, ...[...new Set(dialled)].flatMap((phone) => partyOf('callee', { phone }) ?? [])];
}

function roleOf({ side, isInitiator, isIvr, agentId, name }: Participant, isInternal: boolean): PartyRole {
  if (isIvr) return 'ivr';
  if (isInternal && isInitiator !== null) return isInitiator ? 'caller' : 'callee';
  if (side === 'external') return 'customer';
  if (side === 'internal' || agentId !== null || name !== null) return 'agent';
  return isInitiator === null ? 'unknown' : isInitiator ? 'caller' : 'callee';
}

function ofRow(row: Values): Participant | null {
  const station = said(row, 'nvcStation');
  const number = said(row, 'nvcPhoneNumber');
  const names = nameColumns.flatMap((column) => said(row, column) ?? []);
  const participant: Participant = {
    id: idOf(row, 'iParticipantID'),
    phone: number ?? station,
    station,
    name: said(row, 'nvcCTIAgentName') ?? (names.length === 0 ? null : names.join(' ')),
    agentId: idOf(row, 'nvcAgentId', 'nvcSwitchAgentId', 'iAgentId'),
    side: sideOf(said(row, 'tiParticipantTypeID') ?? said(row, 'vcParticipantTypeDesc')),
    isInitiator: flag(said(row, 'bitIsInteractionInitiator')),
    // tiDeviceTypeID 16 (facts of the importer).
    isIvr: said(row, 'tiDeviceTypeID') === '16' || /^ivr$/i.test(said(row, 'vcDeviceTypeDesc') ?? ''),
  };
  const { id, phone, name, agentId } = participant;
  return id === null && phone === null && name === null && agentId === null ? null : participant;
}

function ofFeed(record: unknown): Participant[] {
  const list: unknown = typeof record === 'object' && record !== null && 'participants' in record ? record.participants : [];
  return (Array.isArray(list) ? list : []).flatMap((each: unknown) => {
    if (typeof each !== 'object' || each === null) return [];
    const members = new Map(Object.entries(each));
    const text = (name: string): string | null => {
      const value: unknown = members.get(name);
      const said = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value).trim() : '';
      return said === '' || said === 'null' ? null : said;
    };
    const names = ['firstName', 'lastName', ...nameColumns].flatMap((name) => text(name) ?? []);
    return [
      {
        id: null,
        phone: text('phoneNumber'),
        station: text('uniqueDeviceId'),
        name: names.length === 0 ? text('ctiUserIdentifier') : names.join(' '),
        agentId: text('agentId'),
        side: sideOf(text('participantType')),
        isInitiator: flag(text('isInitiator')),
        isIvr: false,
      },
    ];
  });
}

/** tiParticipantTypeID: 1 internal, 2 external, 3 loggers. */
function sideOf(raw: string | null): Participant['side'] {
  return ({ 1: 'internal', internal: 'internal', 2: 'external', external: 'external' } as const)[raw?.toLowerCase() ?? ''] ?? null;
}

function flag(raw: string | null): boolean | null {
  return ({ 1: true, true: true, 0: false, false: false } as const)[raw?.toLowerCase() ?? ''] ?? null;
}
