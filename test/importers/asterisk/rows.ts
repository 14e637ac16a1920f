/** Writes rows as Asterisk does: text in quotes, quotes doubled, numbers without quotes, an empty answer without quotes. */

/** Fields in which CDR rows of the tests differ; the rest is the same in all. */
export interface CdrRow {
  readonly src?: string;
  readonly dst?: string;
  readonly clid?: string;
  readonly context?: string;
  readonly account?: string;
  readonly channel?: string;
  readonly dstchannel?: string;
  readonly lastapp?: string;
  readonly lastdata?: string;
  readonly start: string;
  readonly answer?: string;
  readonly end?: string;
  readonly duration?: number;
  readonly billsec?: number;
  readonly disposition?: string;
  readonly uniqueid?: string;
  readonly userfield?: string;
  readonly linkedid?: string;
  readonly sequence?: number;
}

/** The optional columns that cdr.conf enables. */
export interface CdrColumns {
  readonly uniqueid: boolean;
  readonly userfield: boolean;
  readonly newColumns: boolean;
}

export const allColumns: CdrColumns = { uniqueid: true, userfield: true, newColumns: true };

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** One line of a CDR CSV. */
export function cdrLine(row: CdrRow, columns: CdrColumns = allColumns): string {
  const answer = row.answer ?? row.start;
  const cells = [
    ...[row.account ?? '', row.src ?? '46701740605', row.dst ?? '1001', row.context ?? 'from-trunk'].map(quoted),
    ...[row.clid ?? `"Ada" <${row.src ?? '46701740605'}>`, row.channel ?? 'SIP/trunk-0001', row.dstchannel ?? 'SIP/1001-0002'].map(quoted),
    ...[row.lastapp ?? 'Dial', row.lastdata ?? 'SIP/1001,20', row.start].map(quoted),
    answer === '' ? '' : quoted(answer),
    quoted(row.end ?? row.start),
    String(row.duration ?? 0),
    String(row.billsec ?? row.duration ?? 0),
    quoted(row.disposition ?? 'ANSWERED'),
    quoted('DOCUMENTATION'),
    ...(columns.uniqueid ? [quoted(row.uniqueid ?? '')] : []),
    ...(columns.userfield ? [quoted(row.userfield ?? '')] : []),
    ...(columns.newColumns ? [quoted(''), quoted(row.linkedid ?? row.uniqueid ?? ''), String(row.sequence ?? 0)] : []),
  ];
  return `${cells.join(',')}\n`;
}

const exportColumns =
  'calldate,clid,src,dst,dcontext,channel,dstchannel,lastapp,lastdata,duration,billsec,disposition,amaflags,accountcode,uniqueid,userfield,did,cnum,cnam,outbound_cnum,outbound_cnam,dst_cnam,recordingfile,linkedid,peeraccount,sequence';

/** The database export of FreePBX: a header, and the format of PHP's fputcsv. */
export function exportTable(
  rows: readonly (CdrRow & { readonly recordingfile?: string; readonly did?: string; readonly outbound?: string })[],
): string {
  const lines = rows.map((row) =>
    [
      ...[row.start, row.clid ?? '', row.src ?? '46701740605', row.dst ?? '1001', 'ext-local', 'SIP/trunk-0001', 'SIP/1001-0002', 'Dial', 'SIP/1001'],
      ...[String(row.duration ?? 0), String(row.billsec ?? row.duration ?? 0), row.disposition ?? 'ANSWERED', '3', row.account ?? ''],
      ...[
        row.uniqueid ?? '',
        row.userfield ?? '',
        row.did ?? '',
        row.src ?? '46701740605',
        'Ada',
        row.outbound ?? '',
        '',
        'Grace',
        row.recordingfile ?? '',
      ],
      ...[row.linkedid ?? row.uniqueid ?? '', '', String(row.sequence ?? 0)],
    ]
      .map((cell) => (/[\s",\\]/.test(cell) ? `"${cell.replace(/(?<!\\)"/g, '""')}"` : cell))
      .join(','),
  );
  return `${[exportColumns, ...lines].join('\n')}\n`;
}

/** One line of a CEL CSV as cel_custom.conf.sample maps it. */
export function celLine(event: {
  readonly type: string;
  readonly time: string;
  readonly uniqueid: string;
  readonly linkedid?: string;
  readonly name?: string;
  readonly number?: string;
  readonly channel?: string;
  readonly app?: string;
  readonly data?: string;
  readonly userType?: string;
  readonly extra?: string;
}): string {
  const cells = [event.type, event.time, event.name ?? '', event.number ?? '', '', '', '', '1001', 'from-trunk', event.channel ?? 'SIP/trunk-0001'];
  const more = [
    event.app ?? '',
    event.data ?? '',
    '3',
    '',
    event.uniqueid,
    event.linkedid ?? event.uniqueid,
    '',
    '',
    event.userType ?? '',
    event.extra ?? '',
  ];
  return `${[...cells, ...more].map(quoted).join(',')}\n`;
}

/** A PCM WAV of 8 kHz with a number of equal samples. */
export function wav(samples: number, value = 0): Uint8Array {
  const bytes = new Uint8Array(44 + 2 * samples);
  const view = new DataView(bytes.buffer);
  for (const [at, text] of [
    [0, 'RIFF'],
    [8, 'WAVEfmt '],
    [36, 'data'],
  ] as const)
    bytes.set(new TextEncoder().encode(text), at);
  view.setUint32(4, 36 + 2 * samples, true);
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, 8_000, true);
  view.setUint32(28, 16_000, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  view.setUint32(40, 2 * samples, true);
  for (let i = 0; i < samples; i++) view.setInt16(44 + 2 * i, value, true);
  return bytes;
}
