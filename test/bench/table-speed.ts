import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { home } from '../../src/core/base/home.ts';
import { type Measured, measuredRun } from './measured-run.ts';

const cli = fileURLToPath(new URL('dist/bin/longplay.js', home));

/** One export without audio, whose rows are generated while they are written. */
interface Export {
  readonly name: string;
  readonly file: string;
  readonly head: string;
  readonly row: (index: number) => string;
  readonly tail?: string;
  readonly mapping?: string;
}

const two = (number: number): string => String(number).padStart(2, '0');
/** One call every twenty seconds. */
const moment = (index: number): string => new Date(Date.UTC(2024, 0, 1) + index * 20_000).toISOString().slice(0, 19).replace('T', ' ');
const number = (index: number): string => `+44207946${String(index % 10_000).padStart(4, '0')}`;

const exports: readonly Export[] = [
  {
    name: 'Asterisk CDR, CSV',
    file: 'Master.csv',
    head: '',
    row: (index) => {
      const at = moment(index);
      return `"","${number(index)}","2001","from-trunk","","SIP/trunk-${index}","SIP/2001-${index}","Dial","SIP/2001,20","${at}","${at}","${at}",9,8,"ANSWERED","DOCUMENTATION","${1_704_067_200 + index * 20}.${index}"\n`;
    },
  },
  {
    name: 'NICE Trading CVS, CSV',
    file: 'cvs.csv',
    head: 'CVSKEY;CVSUSR;CVSCHN;CVSSDT;CVSEDT;UtcStartTime;UtcEndTime;CVSDIR;CVSC00;CVSC01;CVSLCT\r\n',
    row: (index) => {
      const at = moment(index);
      return `${index};dealer${index % 50};${index % 64};${at};${at};${at};${at};IN;2001;${number(index)};${at.slice(0, 10)}\\1\\CH1_${index}_85.wav\r\n`;
    },
  },
  {
    name: 'rtpengine, MySQL dump, two tables',
    file: 'recording.sql',
    head: "CREATE TABLE `recording_calls` (`id` int, `call_id` varchar(250), `start_timestamp` decimal(13,3), `end_timestamp` decimal(13,3), `status` varchar(20)) ENGINE=InnoDB;\nINSERT INTO `recording_calls` VALUES (0,'c0@pbx.example',1704067200.000,NULL,'recording')",
    row: (index) => `,(${index + 1},'c${index + 1}@pbx.example',${1_704_067_220 + index * 20}.125,${1_704_067_230 + index * 20}.500,'completed')`,
    tail: ';\n',
  },
  {
    name: 'mapping file, JSON lines',
    file: 'calls.jsonl',
    head: '',
    row: (index) =>
      `{"id":"${index}","start":"${moment(index)}","from":"${number(index)}","seconds":${index % 300},"file":"${two(index % 24)}/${index}.wav"}\n`,
    mapping: `[source]\nzone = "Europe/London"\n[table]\nfiles = "calls.jsonl"\nkind = "json"\n[columns]\nkey = "id"\nstart = "start"\nduration = { column = "seconds", unit = "s" }\ncaller = "from"\n[join]\ncolumn = "file"\nmatch = "path"\n`,
  },
];

/** Returns the rows per second and the memory of `longplay survey` over exports of that many rows without audio, as a Markdown table. */
export async function tableSpeeds(rows: number, say: (text: string) => void): Promise<string> {
  const lines: string[] = [];
  for (const one of exports) {
    const folder = mkdtempSync(join(process.env.LONGPLAY_TMPDIR ?? tmpdir(), 'longplay-bench-'));
    try {
      say(`${rows} rows: ${one.name}`);
      const source = join(folder, 'export');
      mkdirSync(source);
      const megabytes = write(join(source, one.file), one, rows);
      const mapping = join(folder, 'mapping.toml');
      if (one.mapping !== undefined) writeFileSync(mapping, one.mapping);
      const run = await measuredRun(process.execPath, [
        cli,
        'survey',
        source,
        '--quiet',
        '--headers-only',
        '--zone',
        'Europe/London',
        ...(one.mapping === undefined ? [] : ['--mapping', mapping]),
      ]);
      // A survey of rows without any audio ends with 3.
      if (run.code !== 0 && run.code !== 3) throw new Error(`survey ended with ${run.code}: ${run.output}`);
      lines.push(line(one.name, megabytes, rows, run));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return `| export | MB | CPU-s | rows per CPU-second | resident MB at 10 % / 50 % / the end |\n|---|---|---|---|---|\n${lines.join('\n')}`;
}

function line(name: string, megabytes: number, rows: number, run: Measured): string {
  const memory = run.memory.map((bytes) => (bytes / 1e6).toFixed(0)).join(' / ');
  return `| ${name} | ${megabytes.toFixed(0)} | ${run.cpuSeconds.toFixed(0)} | ${Math.round(rows / run.cpuSeconds).toLocaleString('en-US')} | ${memory}, peak ${(run.peakBytes / 1e6).toFixed(0)} |`;
}

function write(file: string, { head, row, tail = '' }: Export, rows: number): number {
  const out = openSync(file, 'w');
  let bytes = writeSync(out, head);
  for (let index = 0; index < rows; ) {
    const some: string[] = [];
    for (let more = 0; more < 10_000 && index < rows; more++) some.push(row(index++));
    bytes += writeSync(out, some.join(''));
  }
  bytes += writeSync(out, tail);
  closeSync(out);
  return bytes / 1e6;
}
