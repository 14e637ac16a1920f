import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CdrRow, cdrLine, celLine } from './asterisk/rows.ts';

/**
 * The sample export `samples/asterisk-normal`: the files of an Asterisk in Stockholm for six calls in the night in which its clocks go back. Two calls begin at 02:29:56, an hour
 * apart; one is busy, one was never recorded, one has a file and no row. The same bytes at every run. GSM is coded by sox.
 */
export function asteriskSample(): Map<string, Uint8Array> {
  const caller = tone(440, 3);
  const agent = tone(660, 3, 0.5);
  const both = caller.map((sample, at) => sample + (agent[at] ?? 0));
  const files = new Map<string, Uint8Array>();
  const text = (path: string, content: string): unknown => files.set(path, new TextEncoder().encode(content));
  const day = 'monitor/2025/10/26';

  files.set(`${day}/in-1001-46701740605-20251026-022957-pbx1-1761438596.0.wav`, wavOf(both));
  files.set('monitor/sides/pbx1-1761438596.0-in.wav', wavOf(caller));
  files.set('monitor/sides/pbx1-1761438596.0-out.wav', wavOf(agent));
  files.set(`${day}/out-0701740698-1001-20251026-022956-pbx1-1761442196.4.WAV`, gsm(tone(523, 4), 'wav'));
  files.set(`${day}/in-1002-46701740606-20251026-031500-pbx1-1761444900.8.wav`, wavOf(new Float64Array(0)));
  files.set(`${day}/q-600-46701740607-20251026-032000-pbx1-1761445200.12.gsm`, gsm(tone(784, 5), 'gsm'));
  files.set(`${day}/in-1001-46701740609-20251026-034000-pbx1-1761446400.20.wav`, wavOf(tone(349, 2)));
  text('asterisk.conf', '[options]\nsystemname = pbx1\n');

  const rows = legs.map((row) => cdrLine(row));
  text('cdr-csv/Master.csv', rows.join(''));
  text('cdr-csv/retail.csv', rows.filter((line) => line.startsWith('"retail"')).join(''));
  text('cel-custom/Master.csv', events().join(''));
  return files;
}

const legs: readonly CdrRow[] = [
  {
    account: 'retail',
    src: '46701740605',
    dst: '1001',
    clid: '"Åsa Öberg" <46701740605>',
    start: '2025-10-26 02:29:56',
    answer: '2025-10-26 02:29:57',
    end: '2025-10-26 02:30:00',
    duration: 4,
    billsec: 3,
    uniqueid: 'pbx1-1761438596.0',
    userfield: 'case="4711",note',
    sequence: 0,
  },
  {
    src: '1001',
    dst: '0701740698',
    clid: '"Trader 1" <1001>',
    context: 'from-internal',
    start: '2025-10-26 02:29:56',
    end: '2025-10-26 02:30:00',
    duration: 4,
    uniqueid: 'pbx1-1761442196.4',
    sequence: 4,
  },
  {
    account: 'retail',
    src: '46701740606',
    dst: '1002',
    clid: '"" <46701740606>',
    start: '2025-10-26 03:15:00',
    answer: '',
    end: '2025-10-26 03:15:02',
    duration: 2,
    billsec: 0,
    disposition: 'BUSY',
    uniqueid: 'pbx1-1761444900.8',
    sequence: 8,
  },
  {
    src: '46701740607',
    dst: '600',
    clid: '"Bo Ek" <46701740607>',
    start: '2025-10-26 03:20:00',
    end: '2025-10-26 03:20:05',
    duration: 5,
    uniqueid: 'pbx1-1761445200.12',
    sequence: 12,
  },
  {
    src: '46701740607',
    dst: '1001',
    clid: '"Bo Ek" <46701740607>',
    context: 'from-queue',
    start: '2025-10-26 03:20:01',
    end: '2025-10-26 03:20:05',
    duration: 4,
    uniqueid: 'pbx1-1761445201.13',
    linkedid: 'pbx1-1761445200.12',
    sequence: 13,
  },
  {
    src: '46701740608',
    dst: '1001',
    start: '2025-10-26 03:30:00',
    end: '2025-10-26 03:30:07',
    duration: 7,
    uniqueid: 'pbx1-1761445800.16',
    sequence: 16,
  },
];

function events(): string[] {
  const monitor = (uniqueid: string, time: string, data: string) => celLine({ type: 'APP_START', time, uniqueid, app: 'MixMonitor', data });
  const sides = 'r(/var/spool/asterisk/monitor/sides/pbx1-1761438596.0-in.wav)t(/var/spool/asterisk/monitor/sides/pbx1-1761438596.0-out.wav)';
  const first = 'pbx1-1761438596.0';
  const second = 'pbx1-1761442196.4';
  const queued = 'pbx1-1761445200.12';
  return [
    celLine({ type: 'ANSWER', time: '1761438597.010203', uniqueid: first }),
    monitor(first, '1761438597.020304', `2025/10/26/in-1001-46701740605-20251026-022957-${first}.wav,a${sides}`),
    celLine({ type: 'BRIDGE_ENTER', time: '1761438597.030405', uniqueid: first }),
    celLine({ type: 'DTMF', time: '1761438598.500000', uniqueid: first, extra: '{"digit":"5","duration_ms":120}' }),
    celLine({ type: 'HANGUP', time: '1761438600.040506', uniqueid: first, extra: '{"hangupcause":16,"hangupsource":"","dialstatus":"ANSWER"}' }),
    monitor(second, '1761442196.110000', `2025/10/26/out-0701740698-1001-20251026-022956-${second}.wav49,a`),
    celLine({ type: 'HANGUP', time: '1761442200.120000', uniqueid: second }),
    celLine({ type: 'HANGUP', time: '1761444902.000100', uniqueid: 'pbx1-1761444900.8', extra: '{"hangupcause":17}' }),
    celLine({ type: 'USER_DEFINED', time: '1761445202.250000', uniqueid: queued, userType: 'REC_PAUSE', extra: '{"extra":"reason=card"}' }),
    celLine({ type: 'USER_DEFINED', time: '1761445203.250000', uniqueid: queued, userType: 'REC_RESUME' }),
    celLine({ type: 'BLINDTRANSFER', time: '1761445204.000000', uniqueid: queued }),
    celLine({ type: 'HANGUP', time: '1761445205.000000', uniqueid: queued }),
    monitor('pbx1-1761445800.16', '1761445800.100000', '2025/10/26/in-1001-46701740608-20251026-033000-pbx1-1761445800.16.wav,a'),
    celLine({ type: 'HANGUP', time: '1761440000.000000', uniqueid: 'pbx1-1761439990.2' }),
  ];
}

/** A tone in bursts of half a second, every second: 8 kHz, -12 dBFS; `fromS` delays the first burst. */
function tone(hertz: number, seconds: number, fromS = 0): Float64Array {
  return Float64Array.from({ length: seconds * 8_000 }, (_, at) => {
    const time = at / 8_000 - fromS;
    return time >= 0 && time % 1 < 0.5 ? 0.25 * Math.sin(2 * Math.PI * hertz * time) : 0;
  });
}

function pcm(samples: Float64Array): Uint8Array {
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  for (const [at, sample] of samples.entries()) view.setInt16(2 * at, Math.round(sample * 32_767), true);
  return bytes;
}

/** PCM in the 44-byte header that Asterisk writes (format_wav.c). */
function wavOf(samples: Float64Array): Uint8Array {
  const data = pcm(samples);
  const bytes = new Uint8Array(44 + data.length);
  const view = new DataView(bytes.buffer);
  const put = (at: number, word: string): void => bytes.set(new TextEncoder().encode(word), at);
  put(0, 'RIFF');
  view.setUint32(4, 36 + data.length, true);
  put(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, 8_000, true);
  view.setUint32(28, 16_000, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  put(36, 'data');
  view.setUint32(40, data.length, true);
  bytes.set(data, 44);
  return bytes;
}

/** GSM by sox: `wav` is the RIFF of wav49, `gsm` frames of 33 bytes. Through a file, because output to a pipe has no sizes in its header. */
function gsm(samples: Float64Array, kind: 'wav' | 'gsm'): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'gsm-'));
  try {
    const file = join(folder, `coded.${kind}`);
    const raw = ['-t', 'raw', '-r', '8000', '-e', 'signed', '-b', '16', '-L', '-c', '1', '-'];
    execFileSync('sox', ['-D', '-V1', ...raw, '-e', 'gsm-full-rate', file], { input: pcm(samples) });
    return new Uint8Array(readFileSync(file));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
