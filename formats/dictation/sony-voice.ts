import { agree } from '../../src/core/base/agree.ts';
import { Cursor } from '../../src/core/base/cursor.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { Format } from '../../src/core/model/format.ts';

/** Size of the header of a file; packets of 1,024 bytes follow (wiki.multimedia.cx, "MSV"). */
const headerBytes = 1024;
const offsets = { maker: 16, date: 52, time: 480 } as const;
/** Ticks per second of the time field. */
const ticks = 900;

/** Identifies dictation of Sony's IC recorders: LPEC, TRC and a Sony ADPCM, which only Sony's software decodes. */
export const sonyVoice: Format = {
  id: 'sony-voice',
  title: 'Sony IC recorder (DVF, MSV)',
  extensions: ['.dvf', '.msv'],
  mediaType: 'audio/x-sony-voice',
  grade: 'experimental',
  pronom: ['fmt/472'],
  facts: ['J. Stolfi, jsaudio_dvf.h (University of Campinas, 2006): fields of the header, big-endian; wiki.multimedia.cx, "MSV"'],
  async identify(bytes, _hint, signal) {
    const head = await bytes.read(0, headerBytes, signal);
    if (String.fromCharCode(...head.subarray(0, 8)) !== 'MS_VOICE') return null;
    const findings: Finding[] = [];
    if (bytes.size <= headerBytes) {
      findings.push(finding('F110', bytes.name, agree`${bytes.size} byte[s], the header alone has ${headerBytes}`));
      return { format: sonyVoice.id, confidence: 'signature', basis: 'MS_VOICE at 0', tracks: [], findings, state: 'header-only' };
    }
    const maker = String.fromCharCode(...head.subarray(offsets.maker, offsets.maker + 16)) === 'SONY CORPORATION';
    const cursor = new Cursor(head, offsets.date, 'big');
    const year = cursor.u16('year');
    const [month = 0, day = 0, hour = 0, minute = 0, second = 0] = cursor.bytes(5, 'month to second');
    const sane = year >= 1990 && year < 2100 && month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour < 24 && minute < 60 && second < 60;
    const two = (value: number): string => String(value).padStart(2, '0');
    const date = sane ? `, ${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}` : '';
    const seconds = new Cursor(head, offsets.time, 'big').u32('time') / ticks;
    const length = seconds > 0 ? `, ${seconds.toFixed(1)} s stated` : '';
    return {
      format: sonyVoice.id,
      confidence: 'signature',
      basis: `MS_VOICE at 0${maker ? ', SONY CORPORATION at 16' : ''}${date}${length}`,
      tracks: [
        {
          codec: 'unknown',
          codecName: 'Sony voice (LPEC, TRC or ADPCM: only Sony’s own programs decode it)',
          sampleRateHz: 8000,
          channels: 1,
          bitsPerSample: null,
          blockBytes: null,
          frames: null,
          setup: null,
          spans: [[headerBytes, bytes.size]],
        },
      ],
      findings,
      state: 'ok',
    };
  },
};
