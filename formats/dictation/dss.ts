import { agree } from '../../src/core/base/agree.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Format, Identification } from '../../src/core/model/format.ts';
import { dssBlock, lpBlocks, spFrames, zeroBytes } from './dss-frames.ts';

/** Number of samples of a frame of standard play, at the rate of FFmpeg's decoder. */
const spSamples = 264;
const spRateHz = 11_025;

/** Offsets in the header, as read by FFmpeg 7.1 libavformat/dss.c: author, times and coding. */
const offsets = { endTime: 0x32, coding: 0x2a4 } as const;

/** Identifies dictation of Olympus, Philips and Grundig recorders, versions 2 and 3. DS2 and encrypted files begin differently. */
export const dss: Format = {
  id: 'dss',
  title: 'DSS dictation (Olympus, Philips)',
  extensions: ['.dss'],
  mediaType: 'audio/x-dss',
  grade: 'experimental',
  pronom: ['fmt/1007'],
  facts: [
    'FFmpeg 7.1 libavformat/dss.c (header, coding); github.com/hirparak/dss-codec CODEC_SPECIFICATION.md, "Audio Block Structure" and "Demuxing" (blocks, pauses); no recording available',
  ],
  async identify(bytes, _hint, signal) {
    const head = await bytes.read(0, 4, signal);
    const [version = 0] = head;
    if ((version !== 2 && version !== 3) || String.fromCharCode(...head.subarray(1)) !== 'dss') return null;
    const findings: Finding[] = [];
    const tell = (code: FindingCode, message: string): void => {
      findings.push(finding(code, bytes.name, message));
    };
    const start = version * dssBlock.bytes;
    const header = await bytes.read(0, start, signal);
    const date = String.fromCharCode(...header.subarray(offsets.endTime, offsets.endTime + 12));
    const dated = /^\d{12}$/.test(date) ? `, ended ${date.slice(0, 6)} ${date.slice(6)} (yymmdd hhmmss)` : '';
    const answer = { format: dss.id, confidence: 'signature', basis: `0x0${version} "dss" at 0${dated}` } as const;
    if (bytes.size < start + dssBlock.bytes) {
      tell('F110', agree`a header of ${start} byte[s] and no whole block`);
      return { ...answer, tracks: [], findings, state: 'header-only' };
    }
    const rest = (bytes.size - start) % dssBlock.bytes;
    let state: Identification['state'] = 'ok';
    if (rest > 0) {
      tell('F118', agree`${bytes.size - start} byte[s] of blocks [is|are] ${rest} more than whole ones of ${dssBlock.bytes}`);
      state = 'truncated';
    }
    const coding = header[offsets.coding] ?? 0xff;
    const blocks = Math.floor((bytes.size - start) / dssBlock.bytes);
    const whole = [[start, start + blocks * dssBlock.bytes]] as const;
    const base = { channels: 1, bitsPerSample: null, blockBytes: null, frames: null, setup: null, spans: whole };
    const unknown = (codecName: string): Identification => {
      const track = { ...base, codec: 'unknown', codecName, sampleRateHz: coding === 2 ? 8000 : spRateHz };
      return { ...answer, tracks: [track], findings, state: 'damaged' };
    };
    if (coding === 0) {
      const found = await spFrames(bytes, start, blocks, zeroBytes(header), signal);
      if (found === null) {
        tell('F302', 'a pause breaks the alternation of the two kinds of frames, and the header has no zeros to fill in');
        return unknown('DSS standard play with pauses');
      }
      if (found.pauses > 0) {
        const filled =
          found.fillers > 0
            ? agree`; ${found.fillers} frame[s] of silence, 24 ms each, [is|are] inserted where the alternation of frames is broken after them`
            : '';
        tell('F307', agree`${found.pauses} of ${blocks} block[s] [begins|begin] no frame${filled}`);
      } else if (found.fillers > 0)
        tell('F302', agree`the alternation of frames is broken ${found.fillers} time[s]; silence of 24 ms is inserted each time`);
      if (found.cut > 0) tell('F118', agree`${found.cut} frame[s] [lacks|lack] their end`);
      if (found.doubts > 0) {
        tell('F305', agree`${found.doubts} of ${blocks} block[s] [states|state] more frames than they can begin`);
        state = 'damaged';
      }
      if (found.damaged > 0) {
        tell('F323', agree`${found.damaged} of ${blocks} block[s] [has|have] an impossible header`);
        state = 'damaged';
      }
      if (found.frames === 0) {
        tell('F110', agree`${blocks} block[s] without a frame`);
        return { ...answer, tracks: [], findings, state: 'header-only' };
      }
      const frames = found.frames * spSamples;
      const track = { ...base, codec: 'dss-sp', codecName: 'DSS standard play', sampleRateHz: spRateHz, frames, setup: header, spans: found.spans };
      return { ...answer, tracks: [track], shortfall: { strayBytes: found.damaged * dssBlock.bytes }, findings, state };
    }
    if (coding !== 2) return unknown(`DSS coding ${coding}`);
    const found = await lpBlocks(bytes, start, blocks, signal);
    if (found.pauses > 0) tell('F307', agree`${found.pauses} of ${blocks} block[s] [begins|begin] no frame`);
    if (found.used === 0) {
      tell('F110', agree`${blocks} block[s] without a frame`);
      return { ...answer, tracks: [], findings, state: 'header-only' };
    }
    if (found.broken) {
      tell('F302', 'there are pauses between frames of long play: FFmpeg would decode them as audio');
      return unknown('DSS long play (G.723.1) with pauses');
    }
    const spans = [[start, start + found.used * dssBlock.bytes]] as const;
    const track = { ...base, codec: 'dss-lp', codecName: 'DSS long play (G.723.1)', sampleRateHz: 8000, setup: header, spans };
    if (found.damaged > 0) tell('F323', agree`${found.damaged} of ${blocks} block[s] [has|have] an impossible header`);
    const shortfall = { brokenBytes: found.damaged * dssBlock.bytes };
    return { ...answer, tracks: [track], shortfall, findings, state: found.damaged > 0 ? 'damaged' : state };
  },
};
