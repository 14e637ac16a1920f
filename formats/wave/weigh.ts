import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Track } from '../../src/core/model/format.ts';
import { judgeSamples } from '../judge/judge-samples.ts';
import { isClearlySound, liesInLowBits } from '../judge/smoothness.ts';
import { waveTag } from '../riff/wave-tags.ts';
import { judgeChannels, judgeRate } from './channels.ts';
import type { WaveCoding } from './coding.ts';
import type { WaveFields } from './format.ts';
import { checkFrames } from './frames.ts';
import { settleOrder } from './order.ts';
import type { WaveSound } from './sound.ts';

/** Compares the audio itself with the statements of the header about it. */
export async function checkSound(
  bytes: ByteReader,
  stated: Track,
  { coding, fields, sound }: { readonly coding: WaveCoding; readonly fields: WaveFields; readonly sound: WaveSound },
  signal: AbortSignal,
): Promise<{ track: Track; state: WaveSound['state']; findings: Finding[] }> {
  let track = stated;
  let state = sound.state;
  const findings: Finding[] = [];
  const tell = (code: FindingCode, message: string): void => {
    findings.push(finding(code, bytes.name, message));
  };
  if (sound.behind !== null) {
    const [start, end] = sound.behind;
    // A recorder that updates its header from time to time and then crashes leaves audio after an end that looks right.
    if (await isClearlySound(bytes, start, end, track, signal)) {
      tell('F102', agree`${end - start} byte[s] after the end that the header states [is|are] as smooth as audio and [is|are] included`);
      track = { ...track, spans: [...track.spans.slice(0, -1), [track.spans.at(-1)?.[0] ?? start, end]] };
      state = 'damaged';
    } else tell('F111', agree`${end - start} byte[s] [follows|follow] the end that the RIFF header states; [it is|they are] not read as audio`);
  }
  const checked = await checkFrames(bytes, track, coding.assumed, signal);
  findings.push(...checked.findings);
  track = checked.track;
  if (checked.state === 'header-only' || (checked.state !== undefined && state === 'ok')) state = checked.state;
  if (coding.looseWords && (await liesInLowBits(bytes, track, signal))) {
    tell('F120', '24-bit samples are in the low bits of 32-bit words; the format puts them into the high bits');
    track = { ...track, codec: 'pcm-s24le-low32' };
  }
  const judged = (await judgeChannels(bytes, track, fields, signal)) ?? (await judgeSamples(bytes, track, signal));
  findings.push(...judged.findings, ...judgeRate(judged.track, coding.unit, fields, bytes.name));
  track = judged.track;
  const settled = await settleOrder(bytes, track, coding, fields, signal);
  findings.push(...settled.findings);
  track = settled.track;
  if (coding.assumed && !checked.confirmed && track.codec !== 'unknown' && state !== 'header-only') {
    const also = fields.tag === null ? null : waveTag(fields.tag).also;
    tell('F200', `${track.codecName} is decoded as ${track.codec}${also === null ? '' : `; the tag may also mean: ${also}`}`);
  }
  return { track, state, findings };
}
