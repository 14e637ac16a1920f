import { tone } from './make-mapping-samples.ts';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/**
 * The sample export `samples/nice-trading`: the table CVS as a spreadsheet writes it, with a clock change, files of one name in two folders, a row whose file is lost, a duplicated
 * row, and a file that no row names. Made from the columns in docs/facts; not the export of any site.
 */
export function tradingSample(): Map<string, Uint8Array> {
  const row = (key: number, user: string, channel: number, local: string, utc: string, seconds: number, place: string): string => {
    const end = (start: string): string =>
      new Date(Date.parse(`${start.replace(' ', 'T')}Z`) + seconds * 1_000).toISOString().slice(0, 19).replace('T', ' ');
    return [key, user, channel, local, end(local), utc, end(utc), 'IN', '2001', '+442079460017', 'Desk 4', place].join(';');
  };
  const doubled = row(4, 'dealer2', 13, '2024-05-02 10:00:00', '2024-05-02 08:00:00', 1, '2024-05-02\\1\\CH13_00000007_85.wav');
  const rows = [
    'CVSKEY;CVSUSR;CVSCHN;CVSSDT;CVSEDT;UtcStartTime;UtcEndTime;CVSDIR;CVSC00;CVSC01;CVSC02;CVSLCT',
    row(1, 'dealer1', 12, '2025-10-26 02:30:00', '2025-10-26 00:30:00', 1, '2025-10-26\\1\\CH12_00000110_85.wav'),
    row(2, 'dealer1', 12, '2025-10-26 02:30:00', '2025-10-26 01:30:00', 1, '2025-10-26\\2\\CH12_00000110_85.wav'),
    row(3, 'dealer2', 13, '2024-05-02 09:00:00', '2024-05-02 07:00:00', 1, '2024-05-02\\1\\CH13_00000006_85.wav'),
    doubled,
    doubled,
  ];
  return new Map([
    ['cvs.csv', text(`${rows.join('\r\n')}\r\n`)],
    ['voice/2025-10-26/1/CH12_00000110_85.wav', tone(440, 0.2)],
    ['voice/2025-10-26/2/CH12_00000110_85.wav', tone(523, 0.2)],
    ['voice/2024-05-02/1/CH13_00000007_85.wav', tone(660, 0.2)],
    ['voice/2024-05-02/1/CH13_00000008_85.wav', tone(349, 0.2)],
  ]);
}
